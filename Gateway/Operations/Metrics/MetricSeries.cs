namespace Gateway.Operations.Metrics;

/// <summary>One line of figures: a value, or the buckets of a histogram. Many measure at once, so every change is atomic by itself.</summary>
internal sealed class MetricSeries(LabelSet labels, double[] bounds)
{
    // Counts of each bucket alone, the last one beyond all bounds; summed up when they are written.
    private readonly long[] _counts = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    private double _value;
    private volatile bool _isMeasured;

    public LabelSet Labels => labels;

    public bool IsMeasured => _isMeasured;

    /// <summary>The value, or the sum of all that a histogram has seen.</summary>
    public double Value => Volatile.Read(ref _value);

    public void Set(double value)
    {
        Volatile.Write(ref _value, value);
        _isMeasured = true;
    }

    public void Add(double value)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var found = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (found.Equals(seen))
            {
                break;
            }

            seen = found;
        }

        _isMeasured = true;
    }

    public void Observe(double value)
    {
        var bucket = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref _counts[bucket < 0 ? ~bucket : bucket]);
        Add(value);
    }

    public void Reset()
    {
        _isMeasured = false;
        Volatile.Write(ref _value, 0);
    }

    /// <summary>Each bucket's upper bound with how many were at or below it; the last is +Inf and thereby the count of all.</summary>
    public IEnumerable<(double Bound, long Count)> Buckets()
    {
        var count = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            count += Interlocked.Read(ref _counts[i]);
            yield return (i < bounds.Length ? bounds[i] : double.PositiveInfinity, count);
        }
    }
}
