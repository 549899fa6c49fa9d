namespace Gateway.Bench;

/// <summary>What the suites of raw sockets share: one thread that reads publishers, one that reads receivers, and the rows of a stream.</summary>
internal abstract class RawSuite(Options options) : Suite(options)
{
    protected Reactor Publishing { get; } = new("publishers");

    protected Reactor Receiving { get; } = new("receivers");

    public override async ValueTask DisposeAsync()
    {
        Publishing.Dispose();
        Receiving.Dispose();
        await base.DisposeAsync();
    }

    protected bool Wants(string part) => Options.Only.Count == 0 || Options.Only.Contains(part);

    /// <summary>Connects both sides of a stream.</summary>
    protected async Task<Traffic> ConnectAsync(Peer peer, IReadOnlyList<Publisher> publishers, IReadOnlyList<Link> receivers, CancellationToken cancellation)
    {
        foreach (var receiver in receivers)
        {
            Receiving.Add(receiver);
        }
        foreach (var publisher in publishers)
        {
            Publishing.Add(publisher);
        }
        List<IReceiver> all = [.. receivers.Cast<IReceiver>()];
        await Crowd.ReadyAsync([.. all, .. publishers], cancellation);
        return new Traffic(peer, publishers, all);
    }

    protected async Task WithEachAsync(Func<Peer, Task<Traffic>> connect, Func<Dictionary<string, Traffic>, Task> measure)
    {
        var traffic = new Dictionary<string, Traffic>(StringComparer.Ordinal);
        try
        {
            foreach (var peer in Peers)
            {
                traffic.Add(peer.Name, await connect(peer));
            }
            await measure(traffic);
        }
        finally
        {
            foreach (var flow in traffic.Values)
            {
                flow.Dispose();
            }
        }
    }

    /// <summary>Latency and cost at each rate.</summary>
    protected async Task MeasureRatesAsync(Dictionary<string, Traffic> traffic, string what, CancellationToken cancellation)
    {
        foreach (var rate in Options.Rates)
        {
            var seconds = Math.Max(Options.Seconds, 200.0 / rate);
            var measured = await AlternateAsync((peer, into) => traffic[peer.Name].AtRateAsync(rate, seconds, into, cancellation));
            Report.Gap();
            Report.Row($"{rate} msg/s: {what}, p50 ms", name => measured[name].Frames.Milliseconds(0.5), "0.00");
            Report.Row("         p99 ms", name => measured[name].Frames.Milliseconds(0.99), "0.00");
            Report.Row("         CPU per message, µs", name => measured[name].CpuSeconds * 1e6 / measured[name].Sent, "0");
            Report.Row("         thread switches per message", name => (double)measured[name].Switches / measured[name].Sent, "0.00");
            Report.Row("         really sent per second", name => measured[name].Sent / measured[name].Seconds, "0");
            Report.Row("         delivered, %", name => 100.0 * measured[name].Delivered / measured[name].Sent, "0.00");
            OwnRow(measured);
        }
    }

    /// <summary>As many per second as it takes.</summary>
    protected async Task MeasureMostAsync(Dictionary<string, Traffic> traffic, int window, string what, Func<Measured, long> count, CancellationToken cancellation)
    {
        await AlternateAsync((peer, _) => traffic[peer.Name].AtFullSpeedAsync(1, window, new Measured(), cancellation));
        var measured = await AlternateAsync((peer, into) => traffic[peer.Name].AtFullSpeedAsync(Options.Seconds, window, into, cancellation));
        Report.Gap();
        Report.Row(what, name => count(measured[name]) / measured[name].Seconds, "0");
        Report.Row("         CPU per message, µs", name => measured[name].CpuSeconds * 1e6 / count(measured[name]), "0.0");
        Report.Row("         never delivered", name => measured[name].Lost, "0");
        OwnRow(measured);
    }

    private void OwnRow(Dictionary<string, Measured> measured) =>
        Report.Row("         this generator's CPU, % of one core", name => 100 * measured[name].OwnSeconds / measured[name].WallSeconds, "0");
}
