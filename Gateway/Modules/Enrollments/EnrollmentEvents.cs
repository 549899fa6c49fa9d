using Gateway.Journal;

namespace Gateway.Modules.Enrollments;

/// <summary>The event types of the contract, and nothing else, are on an enrollment's channel.</summary>
internal static class EnrollmentEvents
{
    public const string Requested = "requested";
    public const string Armed = "armed";
    public const string Waiting = "waiting";
    public const string Progress = "progress";
    public const string Retry = "retry";
    public const string Succeeded = "succeeded";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
    public const string Expired = "expired";

    internal sealed record RequestedData(string Device, string Person, int Slot, int Scans, DateTimeOffset ExpiresAt);

    internal sealed record ArmedData(bool? Inferred, EventSource? Source);

    /// <param name="Step">0 where no finger is awaited but the scanner's answer; only then there is a reason.</param>
    internal sealed record WaitingData(int Step, string? Reason, EventSource? Source);

    internal sealed record ProgressData(int Step, int Of, int Percent, int? Quality, bool? Inferred, EventSource? Source);

    internal sealed record RetryData(int Step, string? Reason, EventSource? Source);

    internal sealed record SucceededData(int Slot, EventSource? Source);

    internal sealed record FailedData(string Reason, EventSource? Source);

    internal sealed record CancelledData(string By);

    internal sealed record ExpiredData;
}

/// <summary>Folds an enrollment's events into its state: pure, no clock.</summary>
internal sealed class EnrollmentKind() : ChannelKind<EnrollmentState>("enrollments")
{
    public override bool KeepsReceipts => true;

    public override bool NeedsHistory(EnrollmentState state) => !state.IsTerminal;

    public override EnrollmentState Fold(EnrollmentState? state, StoredEvent next) => next.Type == EnrollmentEvents.Requested
        ? Begin(next)
        : Continue(state ?? throw new InvalidOperationException($"{next.Channel} begins with '{next.Type}'"), next) with { At = next.At };

    private static EnrollmentState Begin(StoredEvent next)
    {
        var data = next.Read<EnrollmentEvents.RequestedData>();
        return new()
        {
            Id = next.Channel.Id,
            Device = data.Device,
            Person = data.Person,
            Slot = data.Slot,
            Scans = data.Scans,
            ExpiresAt = data.ExpiresAt,
            At = next.At,
        };
    }

    private static EnrollmentState Continue(EnrollmentState state, StoredEvent next) => next.Type switch
    {
        EnrollmentEvents.Armed => state with { State = EnrollmentPhase.Armed, Step = 1, Reason = null },
        EnrollmentEvents.Waiting => Awaiting(state, next.Read<EnrollmentEvents.WaitingData>()),
        EnrollmentEvents.Progress => Captured(state, next.Read<EnrollmentEvents.ProgressData>().Step),
        EnrollmentEvents.Retry => state with { State = EnrollmentPhase.Scanning, Reason = next.Read<EnrollmentEvents.RetryData>().Reason },
        EnrollmentEvents.Succeeded => state with { State = EnrollmentPhase.Succeeded, Reason = null },
        EnrollmentEvents.Failed => state with { State = EnrollmentPhase.Failed, Reason = next.Read<EnrollmentEvents.FailedData>().Reason },
        EnrollmentEvents.Cancelled => state with { State = EnrollmentPhase.Cancelled, Reason = next.Read<EnrollmentEvents.CancelledData>().By },
        EnrollmentEvents.Expired => state with { State = EnrollmentPhase.Expired, Reason = null },
        _ => throw new InvalidOperationException($"'{next.Type}' is no event of an enrollment"),
    };

    private static EnrollmentState Awaiting(EnrollmentState state, EnrollmentEvents.WaitingData waiting) =>
        state with { State = waiting.Step == 0 ? state.State : EnrollmentPhase.Scanning, Reason = waiting.Reason };

    private static EnrollmentState Captured(EnrollmentState state, int step) =>
        state with { State = EnrollmentPhase.Scanning, Captured = step, Step = Math.Min(step + 1, state.Scans), Reason = null };
}
