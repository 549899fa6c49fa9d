using System.Text.Json.Serialization;

namespace Gateway.Modules.Enrollments;

internal enum EnrollmentPhase
{
    Requested,
    Armed,
    Scanning,
    Succeeded,
    Failed,
    Cancelled,
    Expired,
}

/// <summary>The state object of the contract, the fold of an enrollment's events.</summary>
internal sealed record EnrollmentState
{
    /// <summary>The reason while the scanner is silent: a warning, no end.</summary>
    public const string NoAnswer = "no_answer";

    public required string Id { get; init; }

    public required string Device { get; init; }

    public required string Person { get; init; }

    /// <summary>Counts from 0; 0 is a slot.</summary>
    public required int Slot { get; init; }

    public required int Scans { get; init; }

    public EnrollmentPhase State { get; init; }

    /// <summary>0 before armed, then the step awaited; stays at the last one after its capture.</summary>
    public int Step { get; init; }

    public int Captured { get; init; }

    public int Percent => 100 * Captured / Scans;

    public string? Reason { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset At { get; init; }

    [JsonIgnore]
    public bool IsTerminal => State >= EnrollmentPhase.Succeeded;
}
