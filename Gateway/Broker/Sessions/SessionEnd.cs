using Gateway.Broker.Protocol;
using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>What happens when a connection or a session is over: the will, the subscriptions, and what a share is still owed.</summary>
internal sealed class SessionEnd(SessionRegistry registry, SubscriptionTree tree, Router router, PublishPath publish, TimeProvider time, ILogger log)
{
    public async Task LeaveAsync(ClientConnection client)
    {
        client.Session?.Detach(client.Link);
        var (ended, will) = registry.Leave(client, client.Will);
        if (ended is not null)
        {
            Forget(ended);
        }

        if (will is not null)
        {
            await PublishWillAsync(will);
        }
    }

    /// <summary>Takes the session out of routing.</summary>
    public void Forget(Session session)
    {
        foreach (var subscription in session.Subscriptions.Close())
        {
            tree.Remove(subscription);
        }

        foreach (var owed in session.End())
        {
            router.RouteShared(owed.Group!, owed.Message, except: session);
        }
    }

    /// <summary>A session that would need more than its limits is ended as a whole: its client sees it at the next CONNECT, and loses nothing silently.</summary>
    public void Overflowed(Session session)
    {
        var connected = registry.Drop(session);
        BrokerLog.SessionOverflowed(log, session.ClientId);
        Forget(session);
        connected?.Close(ReasonCode.QuotaExceeded, "more is queued than Mqtt:MaxQueuedMessages and Mqtt:MaxQueuedBytes allow");
    }

    public async Task PublishWillAsync(OwedWill owed)
    {
        var (client, will) = owed;
        var message = new Message(TopicName.Of(will.Topic), will.Payload, will.Qos, will.Retain)
        {
            Properties = ReferenceEquals(will.Properties, Properties.None) ? default : PropertyWriter.EncodeForwarded(will.Properties),
            ExpiresAt = Message.ExpiryOf(will.Properties, time.GetUtcNow()),
        };
        try
        {
            await publish.SubmitAsync(message, client);
        }
        catch (BrokerStoreException failed)
        {
            BrokerLog.WillLost(log, client.ClientId, will.Topic, failed);
        }
    }
}
