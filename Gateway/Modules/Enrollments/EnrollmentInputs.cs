namespace Gateway.Modules.Enrollments;

internal enum ScanStatus
{
    Waiting,
    Progress,
    Retry,
}

/// <summary>What can happen to an enrollment.</summary>
internal abstract record EnrollmentInput;

/// <summary>What the scanner said.</summary>
internal abstract record ScannerReported(EventSource Source) : EnrollmentInput
{
    /// <summary>When it was at the scanner, where that is known and may be long ago; null is now.</summary>
    public DateTimeOffset? At { get; init; }
}

internal sealed record ScanReported(ScanStatus Status, int Step, int Of, int Slot, int? Quality, string? Reason, EventSource Source)
    : ScannerReported(Source)
{
    /// <summary>Where it came early: when it was stored to wait for those before it.</summary>
    public DateTimeOffset? HeldAt { get; init; }
}

internal sealed record ResultReported(bool Success, int Slot, string? Reason, EventSource Source) : ScannerReported(Source);

internal sealed record EnrollAnswered(bool Ok, string? Reason, EventSource Source) : ScannerReported(Source);

/// <summary>The scanner went away, or is there again.</summary>
internal sealed record ScannerTurned(bool IsOnline) : EnrollmentInput;

internal sealed record CancelRequested(string By) : EnrollmentInput;

internal sealed record TimePassed : EnrollmentInput;

/// <summary>The caller asks that the scanner be told now, page or not.</summary>
internal sealed record StartRequested : EnrollmentInput;

/// <summary>The first page is live on the channel.</summary>
internal sealed record SubscriberCame : EnrollmentInput;

internal sealed record SubscribersGone : EnrollmentInput;
