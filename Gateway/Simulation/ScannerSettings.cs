using System.Net;

namespace Gateway.Simulation;

/// <summary>Who a simulated scanner is, and how it behaves.</summary>
internal sealed record ScannerSettings(string Device, string Secret, EndPoint Endpoint)
{
    public TimeSpan Pace { get; init; } = TimeSpan.FromSeconds(1.2);

    public double RetryChance { get; init; } = 0.1;

    /// <summary>Slots of the sensor.</summary>
    public int Capacity { get; init; } = 200;

    /// <summary>Of them those that have a finger when there is no memory of others.</summary>
    public IReadOnlyList<int> Slots { get; init; } = [];

    /// <summary>ok, missing or error.</summary>
    public string Sensor { get; init; } = "ok";

    /// <summary>From one finger that is read outside enrollment to the next; zero is never.</summary>
    public TimeSpan Visits { get; init; }

    public Faults Faults { get; init; } = Faults.None;

    /// <summary>Where fingers and the boot number are kept; null is nowhere.</summary>
    public string? Memory { get; init; }

    /// <summary>Of the wait before another connection.</summary>
    public TimeSpan? LongestWait { get; init; }

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);
}
