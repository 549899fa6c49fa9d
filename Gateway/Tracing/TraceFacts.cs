using Gateway.Channels;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Tracing;

/// <summary>All that is known of an enrollment's scans at one moment.</summary>
internal sealed record TraceFacts
{
    public required EnrollmentState Enrollment { get; init; }

    /// <summary>Null when the scanner is deleted or was never there.</summary>
    public ScannerFact? Scanner { get; init; }

    public IReadOnlyList<CaptureFact> Captures { get; init; } = [];

    /// <summary>Captures that arrived before the one awaited: on disk, and without an event.</summary>
    public IReadOnlyList<CaptureFact> Held { get; init; } = [];

    /// <summary>The scanner's session has the command to enroll.</summary>
    public bool IsTold { get; init; }

    public bool IsUnanswered { get; init; }

    public IReadOnlyList<MisfitFact> Misfits { get; init; } = [];

    public IReadOnlyList<PageFact> Pages { get; init; } = [];
}

/// <param name="Since">When it went offline; null while it is online or when that is not kept any more.</param>
internal sealed record ScannerFact(bool IsOnline, DateTimeOffset? Since = null, SensorHealth? Sensor = null);

/// <param name="Seq">Of its event on the enrollment's channel; 0 while it is held.</param>
/// <param name="Device">When the scanner captured it; null where it was inferred.</param>
/// <param name="Durable">When its event was committed.</param>
internal sealed record CaptureFact(int Step, long Seq, DateTimeOffset? Device, DateTimeOffset? Received, DateTimeOffset Durable);

/// <param name="Step">Null where its topic names none, as a result's.</param>
internal sealed record MisfitFact(int? Step, DateTimeOffset At, RefusalCode Code, string Message);

/// <param name="Receipts">By seq.</param>
/// <param name="CanAcknowledge">What was sent to one that cannot has come as far as it can.</param>
internal sealed record PageFact(string Subscriber, IReadOnlyDictionary<long, Receipt> Receipts, bool CanAcknowledge = true);
