using System.Diagnostics;

namespace Gateway.Bench;

/// <summary>Times of one kind, in ticks of the stopwatch.</summary>
internal sealed class Times
{
    private readonly List<long> ticks = [];

    public int Count => ticks.Count;

    public void Add(long tick) => ticks.Add(tick);

    public void Add(Times other) => ticks.AddRange(other.ticks);

    public void Clear() => ticks.Clear();

    public double Milliseconds(double quantile)
    {
        if (ticks.Count == 0)
        {
            return double.NaN;
        }
        ticks.Sort();
        return ticks[Math.Min(ticks.Count - 1, (int)(quantile * ticks.Count))] * 1000.0 / Stopwatch.Frequency;
    }
}

/// <summary>What one peer did at one rate, over all rounds.</summary>
internal sealed class Measured
{
    public Times Frames { get; } = new();

    public Times Acknowledgements { get; } = new();

    public long Sent { get; set; }

    public long Delivered { get; set; }

    public double Seconds { get; set; }

    public double CpuSeconds { get; set; }

    public long Acknowledged { get; set; }

    /// <summary>Never delivered, although sent.</summary>
    public long Lost { get; set; }

    /// <summary>How often its threads gave up a processor.</summary>
    public long Switches { get; set; }

    /// <summary>Of this program.</summary>
    public double OwnSeconds { get; set; }

    /// <summary>The time that CPU and switches were counted over.</summary>
    public double WallSeconds { get; set; }
}
