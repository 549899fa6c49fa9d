using System.IO.Pipelines;
using Gateway.Broker.Protocol;
using Gateway.Broker.Routing;
using Gateway.Broker.Sessions;
using Gateway.Broker.Transport;

namespace Gateway.Broker;

/// <summary>An MQTT 3.1.1 and 5.0 broker: sessions, routing, retained messages. What it asks of others is in Seams.cs.</summary>
internal sealed class MqttBroker(MqttOptions options, IAuthenticator authenticator, IBrokerStore store, TimeProvider time, ILogger<MqttBroker> log)
    : IDisposable
{
    private readonly ConnectionWatch _watch = new(time, log);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ListenerSet _listeners = new();
    private readonly SubscriptionTree _subscriptions = new();
    private readonly RetainedTree _retained = new();
    private readonly SessionRegistry _registry = new(options, time);

    // set once by Start
    private BrokerWorks? _works;
    private ConnectionLife? _life;

    public BrokerCounts Counts { get; } = new();

    public int Subscriptions => _subscriptions.Count;

    public int Retained => _retained.Count;

    public int Sessions => _registry.Sessions;

    internal TimeProvider Time => time;

    internal TimeSpan CloseTimeout => options.CloseTimeout;

    private BrokerWorks Running => _works ?? throw new InvalidOperationException("the broker has not been started");

    private ConnectionLife Life => _life ?? throw new InvalidOperationException("the broker has not been started");

    /// <summary>Before the first connection.</summary>
    public void AddListener(IConnectionListener listener) => _listeners.Add(listener);

    /// <summary>Loads what was retained and who is owed what; connections may come from now on.</summary>
    public void Start(IPublishGate gate)
    {
        var router = new Router(_subscriptions);
        var publish = new PublishPath(gate, store, _retained, router, Counts, log);
        var sessions = new SessionStore(store, log);
        var works = new BrokerWorks(options, publish, new(options, _subscriptions, _retained, _listeners, sessions, log), sessions, Counts, time);
        var end = new SessionEnd(_registry, _subscriptions, publish, sessions, time, log);
        router.Overflowed = session =>
        {
            Counts.Overflowed();
            end.Overflowed(session);
        };
        LoadRetained();
        publish.ContinueAfter(LoadSessions(sessions) + options.MaxInflight);
        _works = works;
        _life = new(works, new(works, authenticator, _registry, end, log), end, _listeners, log);
        _registry.Opened = session => session.Settled = ids => ids.ForEach(id => sessions.Settle(session.ClientId, id));
        _watch.Start(_registry, end, new(options, Counts, _subscriptions, _registry, new(_retained, router), time));
        BrokerLog.Started(log, _retained.Count, _registry.Sessions);
    }

    /// <summary>Serves one connection over any transport; done when it is closed.</summary>
    public async Task ServeAsync(IDuplexPipe pipe, Peer peer, Action abort)
    {
        var link = new MqttLink(pipe, peer, abort, options, Counts, time);
        var isServerFull = Counts.Opened() > options.MaxConnections;
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

        var message = new Message(TopicName.Of(topic), payload, qos, retain) { ExpiresAt = expiry is { } span ? time.GetUtcNow() + span : null };
        return new(Running.Publish.SubmitAsync(message, client: null));
    }

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
        BrokerLog.Stopped(log, clients.Count);
    }

    /// <summary>After StopAsync.</summary>
    public void Dispose()
    {
        _watch.Dispose();
        _stopping.Dispose();
    }

    private void LoadRetained()
    {
        var now = time.GetUtcNow();
        foreach (var (topic, kept) in store.LoadRetained())
        {
            var message = Message.FromRetained(topic, kept);
            if (!message.IsExpired(now))
            {
                _retained.Put(message);
            }
        }
    }

    /// <summary>Gives the greatest message id in use.</summary>
    private long LoadSessions(SessionStore sessions)
    {
        var lastId = 0L;
        foreach (var stored in store.LoadSessions())
        {
            var session = new Session(stored.Row.ClientId, new RightsToCome(stored.Row.Owner), isDurable: true, options);
            session.Settled = ids => ids.ForEach(id => sessions.Settle(session.ClientId, id));
            session.Restore(stored);
            _registry.Restore(stored.Row, session);
            foreach (var row in stored.Subscriptions)
            {
                var subscription = new Subscription(session, SubscriptionRequest.FromOptions(row.Filter, row.Options), (byte)(row.Options & 3), row.Identifier);
                session.Subscriptions.Put(subscription);
                _subscriptions.Add(subscription);
            }

            lastId = Math.Max(lastId, stored.Owed.Count > 0 ? stored.Owed[^1].Message.Id : 0);
        }

        return lastId;
    }

    /// <summary>Of a session whose client has not come back yet: all is kept for it, and looked at again when it is here.</summary>
    private sealed class RightsToCome(string owner) : IClientRights
    {
        public string Owner => owner;

        public bool MayUseClientId(string clientId) => true;

        public bool MayPublish(string topic) => false;

        public bool MaySubscribe(string filter) => false;

        public bool MayReceive(string topic) => true;
    }
}
