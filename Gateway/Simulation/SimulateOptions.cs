namespace Gateway.Simulation;

/// <summary>Section <c>Simulate</c>.</summary>
internal sealed record SimulateOptions
{
    /// <summary>Scanners in software, connected over real MQTT.</summary>
    public int Scanners { get; init; }
}
