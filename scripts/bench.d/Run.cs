namespace Gateway.Bench;

/// <summary>Starts every peer, measures them in turn, and makes the table.</summary>
internal sealed class Run : IAsyncDisposable
{
    private readonly Options options;
    private readonly List<Peer> peers;
    private readonly Dictionary<string, Load> loads = [];

    public Run(Options options)
    {
        this.options = options;
        peers = [.. options.Peers.Select(Create)];
    }

    public async Task<Report> MeasureAsync(CancellationToken cancellation)
    {
        var report = new Report(options.Peers);
        report.Head();
        await StartAsync(cancellation);
        report.Row("start to ready, ms", name => Named(name).ReadyAfter.TotalMilliseconds, "0");
        report.Row("RSS idle, MB", name => Named(name).IdleMegabytes, "0.0");
        var posts = await MeasurePostsAsync(cancellation);
        if (posts is not null)
        {
            report.Row("POST → command at the scanner, p50 ms", name => name == "gateway" ? posts.Milliseconds(0.5) : null, "0.00");
            report.Row("POST → command at the scanner, p99 ms", name => name == "gateway" ? posts.Milliseconds(0.99) : null, "0.00");
        }
        await PrepareAsync(cancellation);
        foreach (var rate in options.Rates)
        {
            var measured = await AlternateAsync((load, into) => load.AtRateAsync(rate, options.Seconds, into, cancellation));
            report.Gap();
            report.Row($"{rate} msg/s: publish → frame, p50 ms", name => measured[name].Frames.Milliseconds(0.5), "0.00");
            report.Row("         publish → frame, p99 ms", name => measured[name].Frames.Milliseconds(0.99), "0.00");
            report.Row("         publish → PUBACK, p50 ms", name => measured[name].Acknowledgements.Milliseconds(0.5), "0.00");
            report.Row("         publish → PUBACK, p99 ms", name => measured[name].Acknowledgements.Milliseconds(0.99), "0.00");
            report.Row("         CPU per message, µs", name => measured[name].CpuSeconds * 1e6 / measured[name].Sent, "0");
            report.Row("         really sent per second", name => measured[name].Sent / measured[name].Seconds, "0");
            report.Row("         delivered, %", name => 100.0 * measured[name].Delivered / measured[name].Sent, "0.00");
        }
        var fastest = await AlternateAsync((load, into) => load.AtFullSpeedAsync(options.Seconds, into, cancellation));
        report.Gap();
        report.Row($"most frames per second, window {options.Window}", name => fastest[name].Delivered / fastest[name].Seconds, "0");
        report.Row("RSS afterwards, MB", name => Named(name).Megabytes, "0.0");
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var load in loads.Values)
        {
            await load.DisposeAsync();
        }
        foreach (var peer in peers)
        {
            await peer.DisposeAsync();
        }
    }

    private Peer Create(string name) => name switch
    {
        "gateway" => new GatewayPeer(name, options.Folder, options.Gateway),
        _ => new MosquittoPeer(name, options.Folder, saving: name == "mosquitto-saving"),
    };

    private Peer Named(string name) => peers.Single(peer => peer.Name == name);

    private async Task StartAsync(CancellationToken cancellation)
    {
        foreach (var peer in peers)
        {
            await peer.StartAsync(cancellation);
        }
    }

    private async Task<Times?> MeasurePostsAsync(CancellationToken cancellation) =>
        peers.OfType<GatewayPeer>().SingleOrDefault() is { } gateway && options.Posts > 0 && options.Stream == "enrollments"
            ? await gateway.MeasurePostsAsync(options.Posts, cancellation)
            : null;

    /// <summary>Connects all streams and warms each peer up, this program too: what is compiled late is not what is asked.</summary>
    private async Task PrepareAsync(CancellationToken cancellation)
    {
        foreach (var peer in peers)
        {
            var load = new Load(peer, options);
            loads.Add(peer.Name, load);
            await load.PrepareAsync();
            await load.AtRateAsync(2000, 2, new Measured(), cancellation);
        }
    }

    private async Task<Dictionary<string, Measured>> AlternateAsync(Func<Load, Measured, Task> measure)
    {
        var measured = peers.ToDictionary(peer => peer.Name, _ => new Measured());
        for (var round = 0; round < options.Rounds; round++)
        {
            foreach (var peer in peers)
            {
                await measure(loads[peer.Name], measured[peer.Name]);
            }
        }
        return measured;
    }
}
