using Gateway.Broker;

namespace Gateway.Storage;

/// <summary>The broker's seam to the store: its writes share batch and fsync with the journal's.</summary>
internal sealed class StoreForBroker(IStore store, IBrokerReader reader) : IBrokerStore
{
    public IEnumerable<KeyValuePair<string, RetainedMessage>> LoadRetained() => reader.Retained();

    public IEnumerable<StoredSession> LoadSessions() => reader.Sessions();

    // One caller at a time, off the writer: waiting here holds up one thread for a millisecond or two.
    public OwedPage ReadOwed(string clientId, long after, long upTo, int messages, long bytes)
    {
        store.SettleAsync().GetAwaiter().GetResult();
        return reader.Owed(clientId, after, upTo, messages, bytes);
    }

    public void Submit(IBrokerWork work) => store.Submit(new BrokerPart(work));

    private sealed class BrokerPart(IBrokerWork work) : IStoreWork
    {
        public void Write(StoreTransaction transaction) => work.Write(transaction.Broker);

        public void Completed(Exception? failure) => work.Completed(failure);
    }
}

/// <summary>What the broker kept.</summary>
internal interface IBrokerReader
{
    IReadOnlyList<KeyValuePair<string, RetainedMessage>> Retained();

    IReadOnlyList<StoredSession> Sessions();

    OwedPage Owed(string clientId, long after, long upTo, int messages, long bytes);
}
