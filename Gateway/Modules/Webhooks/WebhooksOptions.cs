using Gateway.Contract;

namespace Gateway.Modules.Webhooks;

/// <summary>Section <c>Webhooks</c>.</summary>
internal sealed record WebhooksOptions : ICheckedOptions
{
    private const int LongestTimeout = 60;
    private const int LongestGiveUp = 24 * 30;
    private const int MostKept = 100_000;

    /// <summary>Seconds for one attempt, from connecting to the answer's status.</summary>
    public int TimeoutSeconds { get; init; } = 10;

    /// <summary>Hours after the event until it is tried no more.</summary>
    public int GiveUpHours { get; init; } = 72;

    /// <summary>Finished deliveries kept of each webhook.</summary>
    public int KeepDeliveries { get; init; } = 1_000;

    /// <summary>Whether deliveries go to programs of this machine; null: where everybody who reaches the service is on this machine too.</summary>
    public bool? Loopback { get; init; }

    internal TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    internal TimeSpan GiveUp => TimeSpan.FromHours(GiveUpHours);

    public IEnumerable<string> Faults()
    {
        (string Name, int Value, int Max)[] ranges =
        [
            ("TimeoutSeconds", TimeoutSeconds, LongestTimeout), ("GiveUpHours", GiveUpHours, LongestGiveUp), ("KeepDeliveries", KeepDeliveries, MostKept),
        ];
        return ranges.Where(range => range.Value < 1 || range.Value > range.Max)
            .Select(range => $"Webhooks:{range.Name}: {range.Value} is not between 1 and {range.Max}.");
    }
}
