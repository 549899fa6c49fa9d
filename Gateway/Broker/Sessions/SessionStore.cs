namespace Gateway.Broker.Sessions;

/// <summary>What durable sessions have in the store: their rows, subscriptions, packet ids, and what they no longer are owed.</summary>
internal sealed class SessionStore(IBrokerStore store, ILogger log)
{
    private readonly Lock _lock = new();

    // owned by _lock
    private List<(string ClientId, long MessageId)> _settled = [];
    private bool _isSettling;

    /// <summary>Whether something in the store may expire; once so, always so.</summary>
    public bool HoldsExpiring { get; private set; }

    public void NoteExpiry(DateTimeOffset? expiresAt) => HoldsExpiring |= expiresAt is not null;

    /// <summary>Done when committed.</summary>
    /// <exception cref="BrokerStoreException">It could not be.</exception>
    public Task CommitAsync(Action<IBrokerWrites> write)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Submit(new StoreWork(write, failure =>
        {
            if (failure is null)
            {
                done.SetResult();
            }
            else
            {
                done.SetException(new BrokerStoreException("the session could not be stored", failure));
            }
        }));
        return done.Task;
    }

    /// <summary>Calls back on the writer when committed; a failure closes the connection, which then has no answer.</summary>
    public void Commit(ClientConnection client, Action<IBrokerWrites> write, Action committed) =>
        store.Submit(new StoreWork(write, failure =>
        {
            if (failure is null)
            {
                committed();
            }
            else
            {
                BrokerLog.SessionNotCommitted(log, client.ClientId, failure);
                client.Close(ReasonCode.ImplementationSpecificError, "the session could not be stored");
            }
        }));

    /// <summary>Nobody waits for it; should it get lost, the store remembers a little more than it has to.</summary>
    public void Note(string clientId, Action<IBrokerWrites> write) =>
        store.Submit(new StoreWork(write, failure =>
        {
            if (failure is not null)
            {
                BrokerLog.SessionNotCommitted(log, clientId, failure);
            }
        }));

    /// <summary>Acknowledged, expired or skipped: gone from the store soon, many at a time. A crash before it costs a redelivery.</summary>
    public void Settle(string clientId, long messageId)
    {
        lock (_lock)
        {
            _settled.Add((clientId, messageId));
            if (_isSettling)
            {
                return;
            }

            _isSettling = true;
        }

        SettleNext();
    }

    private void SettleNext()
    {
        List<(string ClientId, long MessageId)> batch;
        lock (_lock)
        {
            if (_settled.Count == 0)
            {
                _isSettling = false;
                return;
            }

            batch = _settled;
            _settled = [];
        }

        store.Submit(new StoreWork(
            writes =>
            {
                foreach (var (clientId, messageId) in batch)
                {
                    writes.Settle(clientId, messageId);
                }
            },
            failure =>
            {
                if (failure is not null)
                {
                    BrokerLog.SessionNotCommitted(log, batch[0].ClientId, failure);
                }

                SettleNext();
            }));
    }
}
