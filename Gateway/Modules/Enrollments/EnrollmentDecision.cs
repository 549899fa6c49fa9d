using Gateway.Journal;

namespace Gateway.Modules.Enrollments;

/// <summary>What an unfinished enrollment needs beside its state: whether the scanner was told, who watches, what arrived early.</summary>
internal sealed record OpenEnrollment
{
    /// <summary>Start was asked for by the caller, not left to the first page; such an enrollment is never abandoned.</summary>
    public bool StartedByCaller { get; init; }

    /// <summary>The enroll command, once it is handed to the scanner's session.</summary>
    public string? Command { get; init; }

    /// <summary>Since when the scanner is there and has not answered; null before it was told, while it is away, and once that is shown.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    public bool IsScannerAway { get; init; }

    /// <summary>Since when nobody watches; null while somebody does, or before anybody did.</summary>
    public DateTimeOffset? UnwatchedSince { get; init; }

    /// <summary>Since when something waits for a missing step.</summary>
    public DateTimeOffset? GapSince { get; init; }

    public bool ResendAsked { get; init; }

    /// <summary>The newest command to send again.</summary>
    public string? Resend { get; init; }

    /// <summary>Since when all steps are there and the result is not; null once it is asked for.</summary>
    public DateTimeOffset? ResultOwedSince { get; init; }

    /// <summary>Captures that arrived before the one awaited, by step.</summary>
    public IReadOnlyList<ScanReported> HeldScans { get; init; } = [];

    /// <summary>A success that arrived before the last capture.</summary>
    public ResultReported? HeldSuccess { get; init; }
}

/// <param name="Events">To append, in order.</param>
/// <param name="Open">What is to be kept beside the state; null when the enrollment has ended.</param>
/// <param name="ResendFrom">The step from which the scanner is asked to send again.</param>
/// <param name="Start">The scanner is to be told now.</param>
/// <param name="Refusal">Why nothing happens; then there are no events.</param>
internal sealed record EnrollmentDecision(
    IReadOnlyList<EventDraft> Events, OpenEnrollment? Open, int? ResendFrom = null, bool Start = false, Refusal? Refusal = null);

/// <summary>The times that decide. Lease and abandonment come from the settings, the repair of gaps from the contract.</summary>
internal sealed record EnrollmentTimes(TimeSpan Abandon)
{
    public static readonly TimeSpan SilenceAfter = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan ResendAfter = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan InferAfter = TimeSpan.FromSeconds(5);

    // A sensor makes and stores its template within two seconds or so.
    public static readonly TimeSpan ResultAfter = TimeSpan.FromSeconds(10);
}
