using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Gateway.Operations.Metrics;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>All series of one name: one for each set of labels that was measured. Written by whoever measures, read by a scrape.</summary>
internal sealed class MetricFamily
{
    /// <summary>Labels are meant to be few; what would be a series beyond these is counted in one that says so.</summary>
    public const int MaxSeries = 1_000;

    private static readonly KeyValuePair<string, object?>[] Overflow = [new("overflow", "true")];

    private readonly ConcurrentDictionary<LabelSet, MetricSeries> _series = [];
    private readonly MetricSeries _plain;
    private readonly double[] _bounds;

    // What an observable instrument tells is the whole truth of that moment, so it is told anew at each scrape.
    private readonly bool _isObserved;
    private readonly bool _isLastValue;

    public MetricFamily(Instrument instrument)
    {
        Help = instrument.Description ?? "";
        _isObserved = instrument.IsObservable;
        Kind = KindOf(instrument);
        _isLastValue = NameOf(instrument) == "Gauge";
        Name = Kind == MetricKind.Counter && !instrument.Name.EndsWith("_total", StringComparison.Ordinal) ? $"{instrument.Name}_total" : instrument.Name;
        _bounds = Kind == MetricKind.Histogram ? Buckets.Of(instrument) : [];
        _plain = new(LabelSet.None, _bounds);
    }

    public string Name { get; }

    public string Help { get; }

    public MetricKind Kind { get; }

    /// <summary>Those that were measured, in the order of their labels.</summary>
    public IEnumerable<MetricSeries> Series => _series.Values.Append(_plain)
        .Where(series => series.IsMeasured).OrderBy(series => series.Labels.ToString(), StringComparer.Ordinal);

    public void BeginScrape()
    {
        if (_isObserved)
        {
            _series.Clear();
            _plain.Reset();
        }
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = tags.IsEmpty ? _plain : Find(tags);
        switch (Kind)
        {
            case MetricKind.Histogram:
                series.Observe(value);
                break;
            case MetricKind.Gauge when _isLastValue:
                series.Set(value);
                break;
            default:
                series.Add(value);
                break;
        }
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new LabelSet(tags);
        if (_series.TryGetValue(labels, out var known))
        {
            return known;
        }

        var kept = _series.Count < MaxSeries ? labels : new LabelSet(Overflow);
        return _series.GetOrAdd(kept, static (labels, bounds) => new(labels, bounds), _bounds);
    }

    private static string NameOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0];

    private static MetricKind KindOf(Instrument instrument) => NameOf(instrument) switch
    {
        "Counter" or "ObservableCounter" => MetricKind.Counter,
        "Histogram" => MetricKind.Histogram,
        _ => MetricKind.Gauge,
    };
}
