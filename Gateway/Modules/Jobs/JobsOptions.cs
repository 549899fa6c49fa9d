namespace Gateway.Modules.Jobs;

/// <summary>Section <c>Jobs</c>.</summary>
internal sealed record JobsOptions
{
    public const int LongestSilence = 30 * 86_400;

    /// <summary>Seconds of silence after which a running job counts as stalled, unless it was created with its own; 0 is never.</summary>
    public int StalledSeconds { get; init; } = 300;
}
