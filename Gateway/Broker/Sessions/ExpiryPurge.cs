using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>Takes what has expired out of memory and store, where nobody would come for it. Owned by the watch's loop.</summary>
internal sealed class ExpiryPurge(RetainedTree retained, SessionRegistry registry, SessionHome home, IBrokerStore store, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private long _lastRun = time.GetTimestamp();

    public void RunWhenDue()
    {
        if (time.GetElapsedTime(_lastRun) < s_interval)
        {
            return;
        }

        _lastRun = time.GetTimestamp();
        var now = time.GetUtcNow();
        retained.PurgeExpired(now);
        if (home.Store.HoldsExpiring)
        {
            store.Submit(new Work(now, registry, home));
        }
    }

    private sealed class Work(DateTimeOffset now, SessionRegistry registry, SessionHome home) : IBrokerWork
    {
        private IReadOnlyList<KeyValuePair<string, BacklogSize>> _purged = [];

        public void Write(IBrokerWrites writes) => _purged = writes.PurgeExpired(now);

        public void Completed(Exception? failure)
        {
            if (failure is not null)
            {
                BrokerLog.NotPurged(home.Log, failure);
                return;
            }

            foreach (var (clientId, gone) in _purged)
            {
                home.Counts.Dropped(DropCause.Expired, gone.Messages);
                registry.Find(clientId)?.Purged(gone);
            }
        }
    }
}
