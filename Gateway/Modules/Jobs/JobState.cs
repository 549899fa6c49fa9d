using System.Text.Json.Serialization;

namespace Gateway.Modules.Jobs;

internal enum JobPhase
{
    Running,
    Succeeded,
    Failed,
}

/// <summary>The state object of the contract, the fold of a job's events.</summary>
internal sealed record JobState
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>What the job is about in the words of whoever runs it, for example a file's number.</summary>
    public string? Ref { get; init; }

    /// <summary>Who created it; null where that was before this was kept.</summary>
    public string? By { get; init; }

    public JobPhase State { get; init; }

    /// <summary>The greatest that was reported; it never falls.</summary>
    public long Done { get; init; }

    /// <summary>Null while nobody knows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long? Total { get; init; }

    /// <summary>It never falls either, though the total may grow.</summary>
    public int Percent { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Message { get; init; }

    /// <summary>Seconds of silence after which a running job counts as stalled; null is never.</summary>
    public int? StalledAfter { get; init; }

    /// <summary>A running job is stalled from this moment on. The state has no clock: who looks at it compares.</summary>
    public DateTimeOffset? StallsAt => State == JobPhase.Running && StalledAfter is { } seconds ? At.AddSeconds(seconds) : null;

    /// <summary>Never in the journal: only where the state is shown at a moment.</summary>
    public bool? Stalled { get; init; }

    public required DateTimeOffset At { get; init; }

    [JsonIgnore]
    public bool IsTerminal => State != JobPhase.Running;

    public static int PercentOf(long done, long? total) => total is > 0 and { } all ? (int)Math.Min(100, 100 * done / all) : 0;

    /// <summary>What is shown after this: the total may grow, what was shown stays.</summary>
    public int PercentAt(long done, long? total) => Math.Max(Percent, PercentOf(done, total));

    public bool IsStalled(DateTimeOffset now) => StallsAt <= now;

    public JobState ShownAt(DateTimeOffset now) => IsStalled(now) ? this with { Stalled = true } : this;
}
