namespace Gateway.Simulation;

/// <summary>Section <c>Simulate</c>.</summary>
internal sealed record SimulateOptions
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>Scanners in software, connected over real MQTT as sim-1, sim-2 …; 0 is none.</summary>
    public int Scanners { get; init; }

    /// <summary>From one capture of a finger to the next; each varies by a tenth.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromSeconds(1.2);

    /// <summary>How often a capture fails at first and is repeated: 0 never, 1 at every step.</summary>
    public double RetryChance { get; init; } = 0.1;

    /// <summary>From one finger to the next that a scanner reads outside enrollment, on average; 0 is never.</summary>
    public TimeSpan Visits { get; init; }

    /// <summary>What goes wrong on their lines, as `simulate --faults` takes it.</summary>
    public string Faults { get; init; } = "none";

    /// <summary>Makes fingers, faults and jitter repeatable; null is different at every start.</summary>
    public int? Seed { get; init; }

    public IEnumerable<string> FaultsOfSettings()
    {
        if (Pace <= TimeSpan.Zero || Pace > LongestPause)
        {
            yield return $"Simulate:Pace: {Pace} is not between 0 and an hour.";
        }

        if (Visits < TimeSpan.Zero || Visits > LongestPause)
        {
            yield return $"Simulate:Visits: {Visits} is not between 0 and an hour.";
        }

        if (Problem() is { } problem)
        {
            yield return $"Simulate:Faults: {problem}";
        }
    }

    private string? Problem()
    {
        try
        {
            Simulation.Faults.Parse(Faults);
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }
}
