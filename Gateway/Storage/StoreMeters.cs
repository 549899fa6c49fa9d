using System.Diagnostics.Metrics;

namespace Gateway.Storage;

/// <summary>What the store tells operators of itself.</summary>
internal sealed class StoreMeters : IDisposable
{
    private readonly Meter _meter = new("Gateway.Storage");
    private readonly Histogram<double> _commitSeconds;
    private readonly Histogram<int> _commitWorks;
    private readonly Counter<long> _events;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _reads;
    private readonly Counter<long> _readEvents;
    private readonly Counter<long> _receiptsLeftOut;

    public StoreMeters()
    {
        _commitSeconds = _meter.CreateHistogram<double>(
            "gateway_store_commit_seconds", null, "From the beginning of a transaction until it is on disk.");
        _commitWorks = _meter.CreateHistogram<int>("gateway_store_commit_works", null, "How many writes shared a commit.");
        _events = _meter.CreateCounter<long>("gateway_store_events_appended_total", null, "Events appended to the journal.");
        _failures = _meter.CreateCounter<long>("gateway_store_failures_total", null, "Batches that were not written, by cause.");
        _reads = _meter.CreateCounter<long>("gateway_store_reads_total", null, "Pages of events read from disk, for those who catch up.");
        _readEvents = _meter.CreateCounter<long>("gateway_store_events_read_total", null, "Events in those pages.");
        _receiptsLeftOut = _meter.CreateCounter<long>(
            "gateway_store_receipts_left_out_total", null, "Receipts that nobody kept, because the disk took nothing for too long.");
    }

    public void Committed(int works, int events, TimeSpan took)
    {
        _commitSeconds.Record(took.TotalSeconds);
        _commitWorks.Record(works);
        _events.Add(events);
    }

    public void Failed(string cause) => _failures.Add(1, new KeyValuePair<string, object?>("cause", cause));

    /// <param name="stream">"channel" or "feed".</param>
    public void Read(string stream, int events)
    {
        var label = new KeyValuePair<string, object?>("stream", stream);
        _reads.Add(1, label);
        _readEvents.Add(events, label);
    }

    public void LeftOutReceipt() => _receiptsLeftOut.Add(1);

    public void WatchWriter(Func<int> waiting, Func<bool> isWell)
    {
        _meter.CreateObservableGauge("gateway_store_queue_depth", waiting, null, "Writes that wait for the next commit.");
        _meter.CreateObservableGauge("gateway_store_healthy", () => isWell() ? 1 : 0, null, "0 while the store takes no writes.");
    }

    public void WatchFile(string path)
    {
        _meter.CreateObservableGauge("gateway_store_file_bytes", () => Length(path), null, "Size of the database.");
        _meter.CreateObservableGauge("gateway_store_wal_bytes", () => Length($"{path}-wal"), null, "Size of its write-ahead log.");
    }

    public void Dispose() => _meter.Dispose();

    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
