using System.Globalization;
using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Enrollments;

/// <summary>Enrollments over HTTP; snapshot, events and receipts of their channels are served for all kinds alike.</summary>
internal static class EnrollmentEndpoints
{
    private const int MaxScans = 10;
    private const int DefaultScans = 3;

    public static void MapEnrollments(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/enrollments", RequestAsync);
        routes.MapPost("/api/enrollments/{id}/start", StartAsync);
        routes.MapDelete("/api/enrollments/{id}", CancelAsync);
        routes.MapGet("/api/enrollments", ListAsync);
    }

    private static async Task<IResult> RequestAsync(HttpContext context, IJournal journal, EnrollmentDesk desk, Enrollments enrollments)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var device = body.Text("device", max: 32);
        HttpAccess.DemandScanner(context, device);
        var person = body.Person();
        var scans = body.OptionalNumber("scans", 1, MaxScans) ?? DefaultScans;
        var startNow = body.OptionalChoice("start", "subscribed", "now") == "now";
        if (!DeviceId.IsValid(device))
        {
            throw RequestRefusedException.Invalid("device", "device must be a device id: lower-case letters, digits and -, at most 32.");
        }

        var answer = await Idempotency.OnceAsync<FirstAnswer, EnrollmentEffects>(
            journal,
            Idempotency.Of(context, body),
            transaction =>
            {
                var (effects, refused) = desk.Request(transaction, device, person, scans, startNow);
                return (effects.State is { } created ? new(created, effects.Seq!.Value) : null, refused, effects);
            },
            enrollments.Done);
        return Created.At(EnrollmentDesk.ChannelOf(answer.State.Id), journal.Epoch, answer.Seq, answer.State);
    }

    /// <summary>What a repeat under the same idempotency key gets again, whatever has happened since.</summary>
    private sealed record FirstAnswer(EnrollmentState State, long Seq);

    private static async Task<IResult> StartAsync(string id, HttpContext context, IJournal journal, Enrollments enrollments)
    {
        var key = Idempotency.Of(context, await RequestBody.ReadAsync(context.Request));
        var effects = await ApplyAsync(id, new StartRequested(), journal, enrollments, key);
        return Results.Ok(effects.State);
    }

    private static async Task<IResult> CancelAsync(string id, HttpContext context, IJournal journal, Enrollments enrollments)
    {
        await ApplyAsync(id, new CancelRequested(HttpAccess.IdentityOf(context).Name), journal, enrollments);
        return Results.NoContent();
    }

    /// <param name="key">Of what may be repeated anyway: it only tells another body.</param>
    private static async Task<EnrollmentEffects> ApplyAsync(
        string id, EnrollmentInput input, IJournal journal, Enrollments enrollments, Idempotency? key = null)
    {
        var (effects, refusal, state, reused) = await journal.WriteAsync(
            transaction =>
            {
                if (key?.Find(transaction).Refusal is { } other)
                {
                    return (EnrollmentEffects.None, null, null, Reused: other);
                }

                var (applied, refused) = enrollments.Apply(transaction, id, input);
                var found = EnrollmentDesk.Find(transaction, id);
                if (found is not null)
                {
                    key?.Keep(transaction, id);
                }

                return (Effects: applied, Refusal: refused, State: found, Reused: (RequestRefusedException?)null);
            },
            written => enrollments.Done(written.Effects));
        if (reused is not null)
        {
            throw reused;
        }

        if (state is null)
        {
            throw RequestRefusedException.Unknown("enrollment", id);
        }

        // Cancelling what is cancelled already changes nothing and is no error.
        if (refusal is not null && !(input is CancelRequested && state.State == EnrollmentPhase.Cancelled))
        {
            throw new RequestRefusedException(StatusCodes.Status409Conflict, "terminal", $"{char.ToUpperInvariant(refusal.Message[0])}{refusal.Message[1..]}.");
        }

        return effects with { State = state };
    }

    private static DateTimeOffset? TimeOf(string name, string? text) => text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw RequestRefusedException.Invalid(name, $"{name} must be a time such as 2026-01-03T10:00:00Z.");

    private static async Task<IResult> ListAsync(
        IJournal journal,
        CancellationToken cancellation,
        string? state = null,
        string? device = null,
        string? person = null,
        string? from = null,
        string? to = null,
        int limit = 50,
        long? before = null)
    {
        EnrollmentPhase? phase = null;
        if (state is not null)
        {
            phase = Enum.TryParse<EnrollmentPhase>(state, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed)
                ? parsed
                : throw RequestRefusedException.Invalid(
                    "state", $"state must be one of {string.Join(", ", Enum.GetNames<EnrollmentPhase>()).ToLowerInvariant()}.");
        }

        var (since, until) = (TimeOf(nameof(from), from), TimeOf(nameof(to), to));
        bool Wanted(EnrollmentState item) =>
            (phase is null || item.State == phase) && (device is null || item.Device == device) && (person is null || item.Person == person)
            && !(item.At < since) && !(item.At >= until);

        return await FeedList.AnswerAsync<EnrollmentState>(journal, EnrollmentDesk.Kind, before, limit, Wanted, cancellation);
    }
}
