using Gateway.Broker.Protocol;
using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>A message could not be committed: it is neither kept nor handed on.</summary>
internal sealed class BrokerStoreException : Exception
{
    public BrokerStoreException()
    {
    }

    public BrokerStoreException(string message)
        : base(message)
    {
    }

    public BrokerStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The way of every message: through the gate, then into the retained tree and to its receivers, then its acknowledgement.</summary>
internal sealed class PublishPath(IPublishGate gate, RetainedTree retained, Router router, BrokerCounts counts, ILogger log) : IPublishOutcome
{
    // units of the product itself; wills and clients have lanes of their own
    private readonly PublisherLane _ownLane = new();

    public void Submit(Message message, ClientConnection client, long seat, ushort packetId) =>
        gate.Submit(new(message, client, this, client.Lane, seat) { PacketId = packetId, Forbidden = !client.Rights.MayPublish(message.Topic) });

    /// <summary>For a will (<paramref name="client"/> is who owed it) or the product; done when it is committed and routed.</summary>
    public Task SubmitAsync(Message message, ClientConnection? client)
    {
        var awaited = new Awaited(this);
        var forbidden = client is not null && !client.Rights.MayPublish(message.Topic);
        gate.Submit(new(message, client, awaited, client?.Lane ?? _ownLane) { Forbidden = forbidden });
        return awaited.Task;
    }

    public void Accepted(PublishUnit unit, bool routed, ReasonCode reason)
    {
        var receivers = routed ? Apply(unit) : 0;
        if (unit.Client is not { } client || unit.Seat == PublishUnit.NoSeat)
        {
            return;
        }

        if (unit.Message.Qos == 2 && reason >= ReasonCode.UnspecifiedError && client.Version == ProtocolVersion.V500)
        {
            // a PUBREC with an error ends the exchange (4.3.3)
            client.Session!.Release(unit.PacketId);
        }

        var nobody = routed && receivers == 0 && reason == ReasonCode.Success && unit.Message.Qos == 1;
        client.Link.Lane.Complete(unit.Seat, nobody ? ReasonCode.NoMatchingSubscribers : reason);
    }

    public void Failed(PublishUnit unit, Exception failure)
    {
        BrokerLog.NotCommitted(log, unit.Client?.ClientId, unit.Message.Topic, failure);
        if (unit.Message.Qos == 2)
        {
            unit.Client?.Session?.Release(unit.PacketId);
        }

        unit.Client?.Close(ReasonCode.ImplementationSpecificError, "the message could not be stored");
    }

    private int Apply(PublishUnit unit)
    {
        var message = unit.Message;
        if (message.Retain && message.Payload.IsEmpty)
        {
            retained.Remove(message.Topic);
        }
        else if (message.Retain)
        {
            retained.Put(message);
        }

        counts.Published(message.Payload.Length);
        return router.Route(message, unit.Client?.Session);
    }

    private sealed class Awaited(PublishPath path) : IPublishOutcome
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _done.Task;

        public void Accepted(PublishUnit unit, bool routed, ReasonCode reason)
        {
            path.Accepted(unit, routed, reason);
            _done.SetResult();
        }

        public void Failed(PublishUnit unit, Exception failure)
        {
            path.Failed(unit, failure);
            _done.SetException(new BrokerStoreException("the message could not be stored", failure));
        }
    }
}
