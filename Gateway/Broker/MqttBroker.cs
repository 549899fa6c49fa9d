using System.IO.Pipelines;
using Gateway.Broker.Protocol;
using Gateway.Broker.Routing;
using Gateway.Broker.Sessions;
using Gateway.Broker.Transport;

namespace Gateway.Broker;

/// <summary>An MQTT 3.1.1 and 5.0 broker: sessions, routing, retained messages. What it asks of others is in Seams.cs.</summary>
internal sealed class MqttBroker : IDisposable
{
    private readonly MqttOptions _options;
    private readonly BrokerLimits _limits;
    private readonly IAuthenticator _authenticator;
    private readonly IBrokerStore _store;
    private readonly ILogger _log;
    private readonly ConnectionWatch _watch;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ListenerSet _listeners = new();
    private readonly SubscriptionTree _subscriptions = new();
    private readonly RetainedTree _retained = new();
    private readonly MessageIds _ids = new();
    private readonly SessionHome _home;
    private readonly SessionRegistry _registry;
    private readonly Admission _admission;
    private readonly BrokerMeters _meters;

    // set once by Start
    private BrokerWorks? _works;
    private ConnectionLife? _life;
    private SessionEnd? _end;

    public MqttBroker(
        MqttOptions options, BrokerLimits limits, IAuthenticator authenticator, IBrokerStore store, TimeProvider time, ILogger<MqttBroker> log)
    {
        _options = options;
        _limits = limits;
        _authenticator = authenticator;
        _store = store;
        _log = log;
        Time = time;
        _watch = new(time, log);
        _home = new(options, Counts, new(store, log), new(store, _ids, time, log), log);
        _registry = new(_home, time);
        _admission = new(limits, Counts, time, log);
        _meters = new(Counts, _registry, _subscriptions, _retained);
    }

    public BrokerCounts Counts { get; } = new();

    public int Subscriptions => _subscriptions.Count;

    public int Retained => _retained.Count;

    /// <summary>Before the first connection.</summary>
    public Countdown? Countdown { get; set; }

    public int Sessions => _registry.Sessions;

    internal TimeProvider Time { get; }

    internal TimeSpan CloseTimeout => _options.CloseTimeout;

    private BrokerWorks Running => _works ?? throw new InvalidOperationException("the broker has not been started");

    private ConnectionLife Life => _life ?? throw new InvalidOperationException("the broker has not been started");

    /// <summary>Before the first connection.</summary>
    public void AddListener(IConnectionListener listener) => _listeners.Add(listener);

    /// <summary>Loads what was retained and who is owed what; connections may come from now on.</summary>
    public void Start(IPublishGate gate)
    {
        var sessions = _home.Store;
        var router = new Router(_subscriptions);
        var publish = new PublishPath(gate, _store, sessions, _retained, router, _ids, Counts, _log);
        var works = new BrokerWorks(
            _options, _limits, _admission, publish, new(_options, _subscriptions, _retained, _listeners, sessions, _log), sessions, Counts, Time);
        var end = new SessionEnd(_registry, _subscriptions, publish, router, _store, _home, Time);
        router.Overflowed = session =>
        {
            Counts.Overflowed();
            end.Overflowed(session);
        };
        new StartUp(_store, _home, _registry, _subscriptions, _retained, _ids, Time).Load();
        (_works, _end) = (works, end);
        _life = new(works, new(works, _authenticator, _registry, end, _log), end, _listeners, _log);
        _home.Backlog.Start();
        _watch.Start(
            _registry,
            end,
            new(_retained, _registry, _home, _store, Time),
            new(_options, Counts, _subscriptions, _registry, new(_retained, router), Time),
            _admission);
        BrokerLog.Started(_log, _retained.Count, _registry.Sessions);
    }

    /// <summary>Serves one connection over any transport; done when it is closed.</summary>
    public async Task ServeAsync(IDuplexPipe pipe, Peer peer, Action abort)
    {
        if (_admission.Enter(peer.Remote, abort) is not { } knock)
        {
            return;
        }

        var link = new MqttLink(pipe, peer, abort, _options, Counts, Time) { Countdown = Countdown, Knock = knock };
        var isServerFull = Counts.Opened() > _options.MaxConnections;
        _watch.Add(link);
        try
        {
            if (_stopping.IsCancellationRequested)
            {
                link.Close(new(ReasonCode.ServerShuttingDown, "the service is stopping"));
            }

            await Life.RunAsync(link, isServerFull, _stopping.Token);
        }
        finally
        {
            _watch.Remove(link);
            Counts.Closed();
        }
    }

    /// <summary>The product publishes; done when committed and routed.</summary>
    /// <exception cref="BrokerStoreException">It could not be committed.</exception>
    public ValueTask Publish(string topic, ReadOnlyMemory<byte> payload, byte qos, bool retain, TimeSpan? expiry = null)
    {
        if (!TopicRules.IsTopicName(topic.AsSpan()))
        {
            throw new ArgumentException("A topic is not empty and has no wildcards.", nameof(topic));
        }

        var message = new Message(TopicName.Of(topic), payload, qos, retain) { ExpiresAt = expiry is { } span ? Time.GetUtcNow() + span : null };
        return new(Running.Publish.SubmitAsync(message));
    }

    /// <summary>From now on nobody who subscribes gets what is retained there; publishing nothing, retained, makes that last.</summary>
    public void Withdraw(string topic) => _retained.Remove(topic);

    /// <summary>Closes every connection of an identity whose rights have changed.</summary>
    public void DisconnectOwner(string owner, ReasonCode reason)
    {
        foreach (var client in _registry.Connected())
        {
            if (client.Rights.Owner == owner)
            {
                client.Close(reason, "closed by the service");
            }
        }
    }

    /// <summary>Closes every connection of an identity that is no more, and ends its sessions with all that they are owed.</summary>
    public void ForgetOwner(string owner)
    {
        DisconnectOwner(owner, ReasonCode.AdministrativeAction);
        foreach (var session in _registry.SessionsOf(owner))
        {
            _registry.Drop(session);
            _end!.Forget(session);
        }
    }

    /// <summary>Asks every client to leave and waits for them, as long as <paramref name="abort"/> allows.</summary>
    public async Task StopAsync(CancellationToken abort)
    {
        var clients = _registry.Connected();
        foreach (var client in clients)
        {
            client.Close(ReasonCode.ServerShuttingDown, "the service is stopping");
        }

        await _stopping.CancelAsync();
        await _watch.StopAsync(abort);
        await _home.Backlog.StopAsync();
        BrokerLog.Stopped(_log, clients.Count);
    }

    /// <summary>After StopAsync.</summary>
    public void Dispose()
    {
        _watch.Dispose();
        _meters.Dispose();
        _stopping.Dispose();
    }
}
