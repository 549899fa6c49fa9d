namespace Gateway.Modules.Rooms;

/// <summary>Section <c>Rooms</c>.</summary>
internal sealed record RoomsOptions
{
    public const int LongestPatience = 86_400;

    /// <summary>Seconds until a message that a participant has not acknowledged is slow.</summary>
    public int SlowSeconds { get; init; } = 10;

    internal TimeSpan Slow => TimeSpan.FromSeconds(SlowSeconds);
}
