using System.IO.Pipelines;
using Gateway.Broker.Protocol;
using Gateway.Broker.Routing;
using Gateway.Broker.Sessions;
using Gateway.Broker.Transport;

namespace Gateway.Broker;

/// <summary>An MQTT 3.1.1 and 5.0 broker: sessions, routing, retained messages. What it asks of others is in Seams.cs.</summary>
internal sealed class MqttBroker(MqttOptions options, IAuthenticator authenticator, IBrokerStore store, TimeProvider time, ILogger<MqttBroker> log) : IDisposable
{
    private readonly ConnectionWatch _watch = new(time, log);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ListenerSet _listeners = new();
    private readonly SubscriptionTree _subscriptions = new();
    private readonly RetainedTree _retained = new();
    private readonly SessionRegistry _registry = new(options, time);

    // set once by Start
    private Works? _works;

    public BrokerCounts Counts { get; } = new();

    public int Subscriptions => _subscriptions.Count;

    public int Retained => _retained.Count;

    public int Sessions => _registry.Sessions;

    private Works Running => _works ?? throw new InvalidOperationException("the broker has not been started");

    /// <summary>Before the first connection.</summary>
    public void AddListener(IConnectionListener listener) => _listeners.Add(listener);

    /// <summary>Loads what was retained; connections may come from now on.</summary>
    public void Start(IPublishGate gate)
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

        var router = new Router(_subscriptions);
        var publish = new PublishPath(gate, _retained, router, Counts, log);
        var end = new SessionEnd(_registry, _subscriptions, router, publish, time, log);
        router.Overflowed = session =>
        {
            Counts.Overflowed();
            end.Overflowed(session);
        };
        var handshake = new Handshake(options, authenticator, _registry, end, time, log);
        _works = new(publish, new(options, _subscriptions, _retained, _listeners, log), end, new(options, handshake, end, _listeners, Counts, time, log));
        _watch.Start(_registry, end);
        BrokerLog.Started(log, _retained.Count);
    }

    /// <summary>Serves one connection over any transport; done when it is closed.</summary>
    public async Task ServeAsync(IDuplexPipe pipe, Peer peer, Action abort)
    {
        var works = Running;
        var link = new MqttLink(pipe, peer, abort, options, time);
        var isServerFull = Counts.Opened() > options.MaxConnections;
        _watch.Add(link);
        try
        {
            if (_stopping.IsCancellationRequested)
            {
                link.Close(new(ReasonCode.ServerShuttingDown, "the service is stopping"));
            }

            await works.Life.RunAsync(link, client => new(client, options, works.Publish, works.Subscribe, Counts, time), isServerFull, _stopping.Token);
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

    private sealed record Works(PublishPath Publish, SubscribePath Subscribe, SessionEnd End, ConnectionLife Life);
}
