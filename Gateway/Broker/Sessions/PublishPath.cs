using Gateway.Broker.Protocol;
using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>The way of every message: through the gate, then into the retained tree and to its receivers, then its acknowledgement.</summary>
internal sealed class PublishPath(
    IPublishGate gate, IBrokerStore store, SessionStore sessions, RetainedTree retained, Router router, MessageIds ids, BrokerCounts counts, ILogger log)
    : IPublishOutcome
{
    // units of the product itself; wills and clients have lanes of their own
    private readonly PublisherLane _ownLane = new();

    /// <summary>Whether one more topic with a retained message would be too many.</summary>
    public bool IsBeyondRetained(Message message, int maximum) =>
        message.Retain && !message.Payload.IsEmpty && retained.Count >= maximum && !retained.Contains(message.Topic);

    public void Submit(Message message, ClientConnection client, long seat, ushort packetId) =>
        gate.Submit(new(message, client, this, client.Lane, seat)
        {
            PacketId = packetId,
            Forbidden = !MayPublish(client, message),
            IsOwedDurably = (packetId != 0 && message.Qos == 2 && client.Session!.IsDurable) || router.OwesDurably(message, client.Session),
        });

    /// <summary>For the product; done when it is committed and routed.</summary>
    public Task SubmitAsync(Message message)
    {
        var awaited = new Awaited(this);
        gate.Submit(new(message, client: null, awaited, _ownLane) { IsOwedDurably = router.OwesDurably(message, origin: null) });
        return awaited.Task;
    }

    /// <summary>For a will; done when it is committed and routed.</summary>
    public Task SubmitAsync(Message message, OwedWill will)
    {
        var client = will.Client;
        var awaited = new Awaited(this);
        gate.Submit(new(message, client, awaited, client?.Lane ?? _ownLane)
        {
            Owner = will.Owner,
            Forbidden = will.Will.Forbidden || (client is not null && !MayPublish(client, message)),
            IsOwedDurably = router.OwesDurably(message, client?.Session),
        });
        return awaited.Task;
    }

    public void Write(PublishUnit unit, IBrokerWrites writes, bool routed, ReasonCode reason)
    {
        var message = unit.Message;
        if (unit.PacketId != 0 && message.Qos == 2 && unit.Client!.Session is { IsDurable: true } own && KeepsPacketId(unit, reason))
        {
            writes.PutIncoming(own.ClientId, unit.PacketId);
        }

        if (!routed)
        {
            return;
        }

        if (message is { Retain: true, Payload.IsEmpty: true })
        {
            writes.RemoveRetained(message.Topic);
        }
        else if (message.Retain)
        {
            writes.PutRetained(message.Topic, message.ToRetained());
            sessions.NoteExpiry(message.ExpiresAt);
        }

        unit.Plan = router.Plan(message, unit.Client?.Session);
        unit.StoredId = Enqueue(writes, message, unit.Plan.Deliveries, unit.StoredId);
    }

    public void Accepted(PublishUnit unit, bool routed, ReasonCode reason) => Accepted(unit, routed, reason, acknowledged: null);

    public void Failed(PublishUnit unit, Exception failure)
    {
        counts.NotCommitted();
        BrokerLog.NotCommitted(log, unit.Client?.ClientId, unit.Message.Topic, failure);
        if (unit.Message.Qos == 2)
        {
            unit.Client?.Session?.Incoming.Remove(unit.PacketId);
        }

        unit.Client?.Close(ReasonCode.ImplementationSpecificError, "the message could not be stored");
    }

    /// <summary>A member of a share died before it acknowledged: another one gets it.</summary>
    public void Redeliver(Message message, Delivery next)
    {
        if (next.IsDurable(message))
        {
            HandLate(message, [next], static _ => { });
        }
        else
        {
            router.Hand([next], message, storedId: 0);
        }
    }

    // what the broker says of itself, nobody else may say
    private static bool MayPublish(ClientConnection client, Message message) =>
        !message.Topic.StartsWith("$SYS/", StringComparison.Ordinal) && client.Rights.MayPublish(message.Topic);

    private static bool KeepsPacketId(PublishUnit unit, ReasonCode reason) =>
        reason < ReasonCode.UnspecifiedError || unit.Client!.Version == Protocol.ProtocolVersion.V311;

    private void Accepted(PublishUnit unit, bool routed, ReasonCode reason, Action<Exception?>? acknowledged)
    {
        List<Delivery>? late = null;
        var receivers = routed ? Apply(unit, ref late) : 0;
        if (late is null)
        {
            Acknowledge(unit, routed, receivers, reason);
            acknowledged?.Invoke(null);
            return;
        }

        // a subscription came while the message was being written: it has to be stored for it as well, before anything is promised
        HandLate(unit.Message, late, failure =>
        {
            if (failure is null)
            {
                Acknowledge(unit, routed, receivers, reason);
            }
            else
            {
                Failed(unit, failure);
            }

            acknowledged?.Invoke(failure);
        });
    }

    private static void Acknowledge(PublishUnit unit, bool routed, int receivers, ReasonCode reason)
    {
        if (unit.Client is not { } client || unit.Seat == PublishUnit.NoSeat)
        {
            return;
        }

        if (unit.Message.Qos == 2 && !KeepsPacketId(unit, reason))
        {
            // a PUBREC with an error ends the exchange (4.3.3)
            client.Session!.Incoming.Remove(unit.PacketId);
        }

        var nobody = routed && !unit.WasTaken && receivers == 0 && reason == ReasonCode.Success && unit.Message.Qos == 1;
        client.Link.Lane.Complete(unit.Seat, nobody ? ReasonCode.NoMatchingSubscribers : reason);
    }

    private int Apply(PublishUnit unit, ref List<Delivery>? late)
    {
        var message = unit.Message;
        if (message is { Retain: true, Payload.IsEmpty: true })
        {
            retained.Remove(message.Topic);
        }
        else if (message.Retain)
        {
            retained.Put(message);
        }

        counts.Published(message.Payload.Length);
        return router.Route(message, unit.Client?.Session, unit.Plan, unit.StoredId, ref late);
    }

    private void HandLate(Message message, List<Delivery> late, Action<Exception?> done)
    {
        var storedId = 0L;
        store.Submit(new StoreWork(
            writes => storedId = Enqueue(writes, message, late, storedId),
            failure =>
            {
                if (failure is null)
                {
                    router.Hand(late, message, storedId);
                }

                done(failure);
            }));
    }

    /// <summary>Once for all who are owed it; the id stays the same when the batch is written again.</summary>
    public long Enqueue(IBrokerWrites writes, Message message, List<Delivery> deliveries, long storedId)
    {
        List<OwedRow>? rows = null;
        foreach (var delivery in deliveries)
        {
            // what has ended meanwhile has no rows any more, and must not get new ones
            if (delivery.IsDurable(message) && !delivery.Session.IsEnded)
            {
                (rows ??= []).Add(delivery.ToRow(message));
            }
        }

        if (rows is null)
        {
            return 0;
        }

        storedId = storedId != 0 ? storedId : ids.Next();
        writes.Enqueue(message.ToStored(storedId), rows);
        sessions.NoteExpiry(message.ExpiresAt);
        return storedId;
    }

    private sealed class Awaited(PublishPath path) : IPublishOutcome
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _done.Task;

        public void Write(PublishUnit unit, IBrokerWrites writes, bool routed, ReasonCode reason) => path.Write(unit, writes, routed, reason);

        public void Accepted(PublishUnit unit, bool routed, ReasonCode reason) => path.Accepted(unit, routed, reason, End);

        public void Failed(PublishUnit unit, Exception failure)
        {
            path.Failed(unit, failure);
            End(failure);
        }

        private void End(Exception? failure)
        {
            if (failure is null)
            {
                _done.SetResult();
            }
            else
            {
                _done.SetException(new BrokerStoreException("the message could not be stored", failure));
            }
        }
    }
}
