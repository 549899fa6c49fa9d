namespace Gateway.Bench;

/// <summary>Starts every peer, measures them in turn, and makes the table.</summary>
internal abstract class Suite : IAsyncDisposable
{
    protected Suite(Options options)
    {
        Options = options;
        Peers = [.. options.Peers.Select(Create)];
        Report = new(options.Peers);
        Report.Head();
    }

    protected Options Options { get; }

    protected IReadOnlyList<Peer> Peers { get; }

    protected Report Report { get; }

    public static Suite Of(Options options) => options.Suite switch
    {
        "broker" => new BrokerSuite(options),
        "channels" => new ChannelsSuite(options),
        _ => new ScanSuite(options),
    };

    public async Task<Report> RunAsync(CancellationToken cancellation)
    {
        foreach (var peer in Peers)
        {
            await peer.StartAsync(cancellation);
        }
        Report.Row("start to ready, ms", name => Named(name).ReadyAfter.TotalMilliseconds, "0");
        Report.Row("RSS idle, MB", name => Named(name).IdleMegabytes, "0.0");
        await MeasureAsync(cancellation);
        Report.Row("RSS afterwards, MB", name => Named(name).Megabytes, "0.0");
        return Report;
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var peer in Peers)
        {
            await peer.DisposeAsync();
        }
    }

    protected abstract Task MeasureAsync(CancellationToken cancellation);

    protected Peer Named(string name) => Peers.Single(peer => peer.Name == name);

    /// <summary>Measures the peers in turn, as many rounds as are wanted, each into one record.</summary>
    protected async Task<Dictionary<string, Measured>> AlternateAsync(Func<Peer, Measured, Task> measure)
    {
        var measured = Peers.ToDictionary(peer => peer.Name, _ => new Measured());
        for (var round = 0; round < Options.Rounds; round++)
        {
            foreach (var peer in Peers)
            {
                await measure(peer, measured[peer.Name]);
            }
        }
        return measured;
    }

    private Peer Create(string name) => name switch
    {
        "gateway" => new GatewayPeer(name, Options.Folder, Options.Gateway),
        _ => new MosquittoPeer(name, Options.Folder, saving: name == "mosquitto-saving"),
    };
}
