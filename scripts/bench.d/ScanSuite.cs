namespace Gateway.Bench;

/// <summary>The way of a scan: what an enrollment costs from the request over the scanner's messages to the frames at its page.</summary>
internal sealed class ScanSuite(Options options) : Suite(options)
{
    private readonly Dictionary<string, Load> loads = [];

    public override async ValueTask DisposeAsync()
    {
        foreach (var load in loads.Values)
        {
            await load.DisposeAsync();
        }
        await base.DisposeAsync();
    }

    protected override async Task MeasureAsync(CancellationToken cancellation)
    {
        var posts = await MeasurePostsAsync(cancellation);
        if (posts is not null)
        {
            Report.Row("POST → command at the scanner, p50 ms", name => name == "gateway" ? posts.Milliseconds(0.5) : null, "0.00");
            Report.Row("POST → command at the scanner, p99 ms", name => name == "gateway" ? posts.Milliseconds(0.99) : null, "0.00");
        }
        await PrepareAsync(cancellation);
        foreach (var rate in Options.Rates)
        {
            var measured = await AlternateAsync((peer, into) => loads[peer.Name].AtRateAsync(rate, Options.Seconds, into, cancellation));
            Report.Gap();
            Report.Row($"{rate} msg/s: publish → frame, p50 ms", name => measured[name].Frames.Milliseconds(0.5), "0.00");
            Report.Row("         publish → frame, p99 ms", name => measured[name].Frames.Milliseconds(0.99), "0.00");
            Report.Row("         publish → PUBACK, p50 ms", name => measured[name].Acknowledgements.Milliseconds(0.5), "0.00");
            Report.Row("         publish → PUBACK, p99 ms", name => measured[name].Acknowledgements.Milliseconds(0.99), "0.00");
            Report.Row("         CPU per message, µs", name => measured[name].CpuSeconds * 1e6 / measured[name].Sent, "0");
            Report.Row("         really sent per second", name => measured[name].Sent / measured[name].Seconds, "0");
            Report.Row("         delivered, %", name => 100.0 * measured[name].Delivered / measured[name].Sent, "0.00");
        }
        var fastest = await AlternateAsync((peer, into) => loads[peer.Name].AtFullSpeedAsync(Options.Seconds, into, cancellation));
        Report.Gap();
        Report.Row($"most frames per second, window {Options.Window}", name => fastest[name].Delivered / fastest[name].Seconds, "0");
    }

    private async Task<Times?> MeasurePostsAsync(CancellationToken cancellation) =>
        Peers.OfType<GatewayPeer>().SingleOrDefault() is { } gateway && Options.Posts > 0 && Options.Stream == "enrollments"
            ? await gateway.MeasurePostsAsync(Options.Posts, cancellation)
            : null;

    /// <summary>Connects all streams and warms each peer up, this program too: what is compiled late is not what is asked.</summary>
    private async Task PrepareAsync(CancellationToken cancellation)
    {
        foreach (var peer in Peers)
        {
            var load = new Load(peer, Options);
            loads.Add(peer.Name, load);
            await load.PrepareAsync();
            await load.AtRateAsync(2000, 2, new Measured(), cancellation);
        }
    }
}
