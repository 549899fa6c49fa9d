using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Tracing;

internal static class TraceEndpoints
{
    public static IServiceCollection AddTracing(this IServiceCollection services) => services
        .AddSingleton<CommitTimes>().AddSingleton<IProjection>(provider => provider.GetRequiredService<CommitTimes>())
        .AddSingleton(provider => new Tracer(
            provider.GetRequiredService<IJournal>(), provider.GetRequiredService<Receipts>(), provider.GetRequiredService<CommitTimes>()));

    public static void MapTrace(this IEndpointRouteBuilder routes) => routes.MapGet("/api/enrollments/{id}/trace", TraceAsync);

    public static string Unknown(string id, IReadOnlyList<MisfitFact> misfits) => misfits.Count == 0
        ? $"There is no enrollment '{id}', and nothing in quarantine names it."
        : $"There is no enrollment '{id}'. {misfits.Count} of its messages are in quarantine, the last one because {misfits[0].Message}.";

    private static async Task<IResult> TraceAsync(string id, Tracer tracer, TimeProvider time, CancellationToken cancellation) =>
        await tracer.FactsAsync(id, cancellation) is { } facts
            ? Results.Json(TraceRules.Explain(facts, time.GetUtcNow()))
            : throw new RequestRefusedException(StatusCodes.Status404NotFound, "unknown_enrollment", Unknown(id, tracer.Misfits(id)));
}
