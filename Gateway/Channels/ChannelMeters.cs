using System.Diagnostics.Metrics;
using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>What the live side tells operators of itself.</summary>
internal sealed class ChannelMeters : IDisposable
{
    private readonly Meter _meter = new("Gateway.Channels");
    private readonly Histogram<double> _appendToSocket;
    private readonly Counter<long> _frames;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _resets;

    public ChannelMeters()
    {
        _appendToSocket = _meter.CreateHistogram<double>(
            "gateway_channels_append_to_socket_seconds", null, "From a live event's append until it was given to a page's connection; the oldest of a batch.");
        _frames = _meter.CreateCounter<long>("gateway_channels_frames_total", null, "Frames sent to pages, by transport.");
        _bytes = _meter.CreateCounter<long>("gateway_channels_bytes_total", null, "Bytes sent to pages, by transport.");
        _resets = _meter.CreateCounter<long>("gateway_channels_resets_total", null, "Cursors that could not be gone on with, by cause.");
    }

    /// <summary>Called once, by whoever knows the connections.</summary>
    public void Watch(Func<IReadOnlyList<LiveConnection>> connections)
    {
        _meter.CreateObservableGauge("gateway_channels_connections", () => ByTransport(connections()), null, "Pages that follow channels, by transport.");
        Observe("gateway_channels_subscribers", all => all.Count(), "Live subscriptions.");
        Observe("gateway_channels_catching_up", all => all.Count(followed => !followed.Progress.IsLive), "Subscriptions served from the journal just now.");
        Observe("gateway_channels_queued_events", all => all.Sum(followed => (long)followed.Progress.Queued), "Events that wait for a live subscription.");
        Observe("gateway_channels_lag_events", all => all.Sum(followed => followed.Progress.Lag), "How far subscriptions are behind, all together.");
        Observe("gateway_channels_lag_worst_events", all => all.Select(followed => followed.Progress.Lag).DefaultIfEmpty().Max(), "The one furthest behind.");

        void Observe(string name, Func<IEnumerable<Followed>, long> figure, string help) =>
            _meter.CreateObservableGauge(name, () => figure(connections().SelectMany(connection => connection.Follows)), null, help);
    }

    public void Sent(string transport, int frames, int bytes)
    {
        var label = new KeyValuePair<string, object?>("transport", transport);
        _frames.Add(frames, label);
        _bytes.Add(bytes, label);
    }

    public void Delivered(TimeSpan sinceAppend) => _appendToSocket.Record(sinceAppend.TotalSeconds);

    public void Reset(ResetCause cause) => _resets.Add(1, new KeyValuePair<string, object?>("cause", cause switch
    {
        ResetCause.OtherEpoch => "other_epoch",
        ResetCause.NoEpoch => "no_epoch",
        ResetCause.BeyondHead => "beyond_head",
        _ => "not_kept",
    }));

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> ByTransport(IReadOnlyList<LiveConnection> connections) => Transports.All.Select(transport =>
        new Measurement<int>(connections.Count(one => one.Transport == transport), new KeyValuePair<string, object?>("transport", transport)));
}

/// <summary>The ways in which pages follow channels, as operators read them.</summary>
internal static class Transports
{
    public const string Socket = "socket";
    public const string Stream = "stream";
    public const string Poll = "poll";

    public static readonly string[] All = [Socket, Stream, Poll];
}
