namespace Gateway.Simulation;

/// <summary>How long to wait before the next connection: doubling, with full jitter, so that a thousand scanners do not come back at once.</summary>
internal static class ReconnectPolicy
{
    /// <summary>A connection that held this long was a good one.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    /// <param name="failures">Connections in a row that failed or did not hold, before this one.</param>
    /// <param name="draw">0 to 1, from the caller's random numbers.</param>
    /// <param name="longest">Null is half a minute.</param>
    public static TimeSpan Delay(int failures, double draw, TimeSpan? longest = null)
    {
        var ceiling = failures >= 6 ? s_longest : s_first * (1 << failures);
        return (ceiling < longest ? ceiling : longest ?? ceiling) * draw;
    }
}
