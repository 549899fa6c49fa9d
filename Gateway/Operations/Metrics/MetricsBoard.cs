using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Gateway.Operations.Metrics;

/// <summary>
/// Every number that the folders tell of themselves: hears all meters named <c>Gateway.…</c> from its making on, and writes them down as Prometheus text.
/// </summary>
internal sealed class MetricsBoard : IDisposable
{
    private const string OurMeters = "Gateway.";

    private readonly MeterListener _listener = new();

    // By the name that is written. Instruments of one name, a counter of each broker say, are one family.
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    // Held while observable instruments are asked and the answer is written: two scrapes at once would count them twice.
    private readonly Lock _scrape = new();

    /// <param name="meters">What the names of the meters begin with; tests narrow it to their own.</param>
    public MetricsBoard(string meters = OurMeters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith(meters, StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument, FamilyOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>What all of them say now. A figure whose owner fails to tell it is left out and handed back beside the text.</summary>
    public (string Text, Exception? Failure) Read()
    {
        lock (_scrape)
        {
            Exception? failure = null;
            foreach (var family in _families.Values)
            {
                family.BeginScrape();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (Exception error)
            {
                failure = error;
            }

            return (MetricsText.Write(_families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)), failure);
        }
    }

    public void Dispose() => _listener.Dispose();

    private MetricFamily FamilyOf(Instrument instrument)
    {
        var family = new MetricFamily(instrument);
        return _families.GetOrAdd(family.Name, family);
    }
}
