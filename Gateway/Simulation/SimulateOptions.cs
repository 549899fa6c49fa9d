namespace Gateway.Simulation;

/// <summary>Section <c>Simulate</c>.</summary>
internal sealed record SimulateOptions
{
    /// <summary>Scanners in software, connected over real MQTT as sim-1, sim-2 …; 0 is none.</summary>
    public int Scanners { get; init; }

    /// <summary>From one capture of a finger to the next; each varies by a tenth.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromSeconds(1.2);

    /// <summary>How often a capture fails at first and is repeated: 0 never, 1 at every step.</summary>
    public double RetryChance { get; init; } = 0.1;

    /// <summary>Makes fingers, faults and jitter repeatable; null is different at every start.</summary>
    public int? Seed { get; init; }
}
