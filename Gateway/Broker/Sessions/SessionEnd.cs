using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>What happens when a connection or a session is over: the will, the subscriptions, and what a share is still owed.</summary>
internal sealed class SessionEnd(
    SessionRegistry registry, SubscriptionTree tree, PublishPath publish, Router router, IBrokerStore store, SessionHome home, TimeProvider time)
{
    public async Task LeaveAsync(ClientConnection client)
    {
        client.Session?.Detach(client.Link);
        var (ended, will, row) = registry.Leave(client, client.Will);
        try
        {
            if (ended is not null)
            {
                Forget(ended);
            }

            if (will is not null)
            {
                await PublishWillAsync(will);
            }

            // after the will: a crash in between sends it twice rather than never
            if (row is not null)
            {
                home.Store.Note(client.ClientId, writes => writes.PutSession(row));
            }
        }
        finally
        {
            registry.Release(client);
        }
    }

    /// <summary>Takes the session out of routing and out of the store.</summary>
    public void Forget(Session session)
    {
        // In this order: nothing is planned for it once its rows are about to go, so none of them can be left behind.
        foreach (var subscription in session.Subscriptions.Close())
        {
            tree.Remove(subscription);
        }

        var shared = session.End();
        if (session.IsDurable)
        {
            store.Submit(new EndedSession(session, tree, publish, router, home.Log));
        }

        foreach (var owed in shared)
        {
            if (tree.FindShare(owed.Share!)?.Next(owed.Message.Topic, session) is { } next)
            {
                publish.Redeliver(owed.Message, Delivery.Of(next));
            }
        }
    }

    /// <summary>A session that would need more than its limits is ended as a whole: its client sees it at the next CONNECT.</summary>
    public void Overflowed(Session session)
    {
        var connected = registry.Drop(session);
        var (messages, bytes) = session.Waiting;
        BrokerLog.SessionOverflowed(home.Log, session.ClientId, messages, bytes);
        Forget(session);
        connected?.Close(ReasonCode.QuotaExceeded, "more is queued than Mqtt:MaxQueuedMessages and Mqtt:MaxQueuedBytes allow");
    }

    public async Task PublishWillAsync(OwedWill owed)
    {
        var will = owed.Will;
        var message = new Message(TopicName.Of(will.Topic), will.Payload, will.Qos, will.Retain)
        {
            Properties = will.Properties,
            ExpiresAt = will.ExpirySeconds is { } seconds ? time.GetUtcNow().AddSeconds(seconds) : null,
        };
        try
        {
            await publish.SubmitAsync(message, owed);
        }
        catch (BrokerStoreException failed)
        {
            BrokerLog.WillLost(home.Log, owed.ClientId, will.Topic, failed);
        }
    }
}

/// <summary>A durable session leaves the store, and what it was owed through shares goes to other members, in one commit.</summary>
internal sealed class EndedSession(Session session, SubscriptionTree tree, PublishPath publish, Router router, ILogger log) : IBrokerWork
{
    // set by Write, read by Completed
    private readonly List<(Message Message, Delivery Next, long StoredId)> _passedOn = [];

    public void Write(IBrokerWrites writes)
    {
        _passedOn.Clear();
        foreach (var owed in writes.RemoveSession(session.ClientId))
        {
            // MQTT-4.8.2-4: a QoS 2 message that was on its way goes to nobody else
            var wasSent = owed.IsReceived || (owed.Qos == 2 && owed.Message.Id <= session.SentUpTo);
            if (wasSent || tree.FindShare(owed.Share!)?.Next(owed.Message.Topic, session) is not { } next)
            {
                continue;
            }

            var message = Outgoing.Restored(owed, isRepeated: false).Message;
            var delivery = Delivery.Of(next);
            _passedOn.Add((message, delivery, publish.Enqueue(writes, message, [delivery], 0)));
        }
    }

    public void Completed(Exception? failure)
    {
        if (failure is not null)
        {
            BrokerLog.SessionNotCommitted(log, session.ClientId, failure);
            return;
        }

        foreach (var (message, next, storedId) in _passedOn)
        {
            router.Hand([next], message, storedId);
        }
    }
}
