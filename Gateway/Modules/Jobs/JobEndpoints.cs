using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Jobs;

/// <summary>Jobs over HTTP; snapshot, events and receipts of their channels are served for all kinds alike.</summary>
internal static class JobEndpoints
{
    private const int MaxName = 128;

    public static IServiceCollection AddJobs(this IServiceCollection services) => services
        .AddSingleton<IChannelKind, JobKind>().AddSingleton<JobDesk>().AddSingleton<JobWatch>().AddSingleton<Jobs>()
        .AddSingleton<IModuleTopics, JobTopics>();

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/jobs", CreateAsync);
        routes.MapPost("/api/jobs/{id}/events", ReportAsync);
        routes.MapGet("/api/jobs", ListAsync);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, IJournal journal, JobDesk desk, Jobs jobs)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var request = new JobRequest(
            body.OptionalText("id", max: 32),
            body.Text("name", MaxName),
            body.OptionalLong("total", 0, JobReport.MaxCount),
            body.OptionalText("ref", MaxName),
            body.OptionalNumber("stalledAfter", 0, JobsOptions.LongestSilence),
            body.OptionalObject("data", JobReport.MaxData),
            HttpAccess.IdentityOf(context).Shown);
        if (request.Id is { } id && !DeviceId.IsValid(id))
        {
            throw RequestRefusedException.Invalid("id", "id must be lower-case letters, digits and -, at most 32, not beginning with -.");
        }

        var first = await Idempotency.OnceAsync<FirstAnswer, JobState>(
            journal,
            Idempotency.Of(context, body),
            transaction => desk.Create(transaction, request) is { } created
                ? (new(created, transaction.Seq(JobDesk.ChannelOf(created.Id))), null, created)
                : (null, Conflict("exists", $"There is a job '{request.Id}' already.", "id"), null),
            jobs.Done);
        return Created.At(JobDesk.ChannelOf(first.State.Id), journal.Epoch, first.Seq, first.State);
    }

    private static async Task<IResult> ReportAsync(string id, HttpContext context, IJournal journal, Jobs jobs)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var (report, fault) = JobReport.Read(body.Utf8.Span);
        if (report is null)
        {
            throw RequestRefusedException.Invalid(fault!.Field, $"{fault}.");
        }

        var channel = ChannelName.TryParse($"{JobDesk.Kind}/{id}", out var name) ? name : throw RequestRefusedException.Unknown("job", id);
        var by = HttpAccess.IdentityOf(context).Shown;
        var answer = await Idempotency.OnceAsync<Reported, JobState>(
            journal,
            Idempotency.Of(context, body),
            transaction =>
            {
                var outcome = JobDesk.Report(transaction, channel, report with { By = by });
                return outcome.Refusal switch
                {
                    null => (new(outcome.Seq), null, outcome.State),
                    { Code: RefusalCode.Terminal } ended =>
                        (null, Conflict("terminal", $"{char.ToUpperInvariant(ended.Message[0])}{ended.Message[1..]}."), null),
                    _ => (null, RequestRefusedException.Unknown("job", id), null),
                };
            },
            jobs.Done);
        return Results.Created($"/api/{channel}", answer);
    }

    private static async Task<IResult> ListAsync(
        IJournal journal, TimeProvider time, CancellationToken cancellation, string? state = null, bool? stalled = null, int limit = 50, long? before = null)
    {
        JobPhase? phase = null;
        if (state is not null)
        {
            phase = Enum.TryParse<JobPhase>(state, ignoreCase: true, out var parsed) && state.All(char.IsAsciiLetterLower)
                ? parsed
                : throw RequestRefusedException.Invalid("state", $"state must be one of {string.Join(", ", Enum.GetNames<JobPhase>()).ToLowerInvariant()}.");
        }

        var now = time.GetUtcNow();
        return await FeedList.AnswerAsync<JobState>(
            journal,
            JobDesk.Kind,
            before,
            limit,
            job => (phase is null || job.State == phase) && (stalled is null || job.IsStalled(now) == stalled),
            cancellation,
            job => job.ShownAt(now));
    }

    private static RequestRefusedException Conflict(string code, string detail, string? field = null) =>
        new(StatusCodes.Status409Conflict, code, detail, field);

    private sealed record FirstAnswer(JobState State, long Seq);

    private sealed record Reported(long Seq);
}
