using Gateway.Broker.Protocol;
using Gateway.Broker.Routing;
using Gateway.Broker.Sessions;

namespace Gateway.Broker;

/// <summary>What was kept comes back before the first connection: retained messages, sessions and their subscriptions. Backlogs stay in the store.</summary>
internal sealed class StartUp(
    IBrokerStore store, SessionHome home, SessionRegistry registry, SubscriptionTree subscriptions, RetainedTree retained, MessageIds ids, TimeProvider time)
{
    public void Load()
    {
        LoadRetained();
        var lastId = 0L;
        foreach (var stored in store.LoadSessions())
        {
            Load(stored);
            lastId = Math.Max(lastId, LastId(stored));
        }

        // with room for packet ids that were in flight and are in the store no more
        ids.ContinueAfter(lastId + home.Options.MaxInflight);
    }

    private static long LastId(StoredSession stored)
    {
        var received = stored.Received.Count > 0 ? stored.Received[^1].Message.Id : 0;
        var sent = stored.Row.SentUpTo == long.MaxValue ? 0 : stored.Row.SentUpTo;
        return Math.Max(Math.Max(received, sent), stored.Backlog.LastId);
    }

    private void LoadRetained()
    {
        var now = time.GetUtcNow();
        foreach (var (topic, kept) in store.LoadRetained())
        {
            var message = Message.FromRetained(topic, kept);
            home.Store.NoteExpiry(message.ExpiresAt);
            if (!message.IsExpired(now))
            {
                retained.Put(message);
            }
        }
    }

    private void Load(StoredSession stored)
    {
        var session = new Session(stored.Row.ClientId, new RightsToCome(stored.Row.Owner), isDurable: true, home);
        session.Restore(stored);
        registry.Restore(stored.Row, session);
        if (stored.Backlog.Messages > 0)
        {
            home.Store.NoteExpiry(DateTimeOffset.MaxValue);
        }

        foreach (var row in stored.Subscriptions)
        {
            var subscription = new Subscription(session, SubscriptionRequest.FromOptions(row.Filter, row.Options), (byte)(row.Options & 3), row.Identifier);
            session.Subscriptions.Put(subscription);
            subscriptions.Add(subscription);
            if (row.Replayed is { } after)
            {
                session.Replay(new(subscription, retained.Find(subscription.TopicFilter, subscription.HasWildcard), after));
            }
        }
    }

    /// <summary>Of a session whose client has not come back yet: all is kept for it, and looked at again when it is here.</summary>
    private sealed class RightsToCome(string owner) : IClientRights
    {
        public string Owner => owner;

        public CancellationToken Ended => CancellationToken.None;

        public bool MayUseClientId(string clientId) => true;

        public bool OwnsClientId(string clientId) => false;

        public bool MayPublish(string topic) => false;

        public bool MaySubscribe(string filter) => false;

        public bool MayReceive(string topic) => true;
    }
}
