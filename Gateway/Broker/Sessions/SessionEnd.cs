using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>What happens when a connection or a session is over: the will, the subscriptions, and what a share is still owed.</summary>
internal sealed class SessionEnd(SessionRegistry registry, SubscriptionTree tree, PublishPath publish, SessionStore sessions, TimeProvider time, ILogger log)
{
    public async Task LeaveAsync(ClientConnection client)
    {
        client.Session?.Detach(client.Link);
        var (ended, will, row) = registry.Leave(client, client.Will);
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
            sessions.Note(client.ClientId, writes => writes.PutSession(row));
        }
    }

    /// <summary>Takes the session out of routing and out of the store.</summary>
    public void Forget(Session session)
    {
        if (session.IsDurable)
        {
            sessions.Note(session.ClientId, writes => writes.RemoveSession(session.ClientId));
        }

        foreach (var subscription in session.Subscriptions.Close())
        {
            tree.Remove(subscription);
        }

        foreach (var owed in session.End())
        {
            publish.Redeliver(owed, except: session);
        }
    }

    /// <summary>A session that would need more than its limits is ended as a whole: its client sees it at the next CONNECT.</summary>
    public void Overflowed(Session session)
    {
        var connected = registry.Drop(session);
        BrokerLog.SessionOverflowed(log, session.ClientId);
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
            await publish.SubmitAsync(message, owed.Client, will.Forbidden);
        }
        catch (BrokerStoreException failed)
        {
            BrokerLog.WillLost(log, owed.ClientId, will.Topic, failed);
        }
    }
}
