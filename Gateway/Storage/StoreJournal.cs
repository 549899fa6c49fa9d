using Gateway.Journal;

namespace Gateway.Storage;

/// <summary>The journal over a store: decisions go to the one writer, reads to the reader's own connections.</summary>
internal sealed class StoreJournal(IStore store, IStoreReader reader) : IJournal
{
    public string Epoch => reader.Epoch;

    public Task<T> WriteAsync<T>(Func<JournalTransaction, T> decide)
    {
        var work = new Decision<T>(decide);
        store.Submit(work);
        return work.Effect;
    }

    public void Write(Action<JournalTransaction> decide, Action<Exception?> completed) => store.Submit(new Step(decide, completed));

    public IReadOnlyList<KeyValuePair<string, byte[]>> Documents(string collection) => Settled().Documents(collection);

    public IReadOnlyList<KeyValuePair<string, byte[]>> Documents(string collection, string? before, int limit) =>
        Settled().Documents(collection, before, limit);

    public byte[]? Document(string collection, string key) => Settled().Document(collection, key);

    public async ValueTask<ChannelSnapshot?> SnapshotAsync(ChannelName channel, CancellationToken cancellation)
    {
        await SettleAsync();
        return await reader.SnapshotAsync(channel, cancellation);
    }

    public async ValueTask<JournalPage> ReadAsync(ChannelName channel, long after, int limit, CancellationToken cancellation)
    {
        await SettleAsync();
        return await reader.ReadAsync(channel, after, limit, cancellation);
    }

    public async ValueTask<JournalPage> ReadFeedAsync(string kind, long after, int limit, CancellationToken cancellation)
    {
        await SettleAsync();
        return await reader.ReadFeedAsync(kind, after, limit, cancellation);
    }

    public async ValueTask<FeedSnapshot> ListAsync(string kind, long? before, int limit, CancellationToken cancellation)
    {
        await SettleAsync();
        return await reader.ListAsync(kind, before, limit, cancellation);
    }

    // Documents are asked for at starts and for short lists: waiting here for a millisecond or two is fair. Never called on the writer's thread.
    private IStoreReader Settled()
    {
        SettleAsync().GetAwaiter().GetResult();
        return reader;
    }

    private async Task SettleAsync()
    {
        try
        {
            await store.SettleAsync();
        }
        catch (Exception failure) when (failure is StoreException or ObjectDisposedException)
        {
            throw Named(failure)!;
        }
    }

    // A defect of the decision keeps its own name; the store's failure gets the one that callers know.
    private static Exception? Named(Exception? failure) =>
        failure is StoreException or ObjectDisposedException ? new JournalUnavailableException(failure) : failure;

    private sealed class Step(Action<JournalTransaction> decide, Action<Exception?> completed) : IStoreWork
    {
        public void Write(StoreTransaction transaction) => decide(transaction.Journal);

        public void Completed(Exception? failure) => completed(Named(failure));
    }

    private sealed class Decision<T>(Func<JournalTransaction, T> decide) : IStoreWork
    {
        private readonly TaskCompletionSource<T> _effect = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Effect => _effect.Task;

        public void Write(StoreTransaction transaction) => _result = decide(transaction.Journal);

        public void Completed(Exception? failure)
        {
            if (failure is null)
            {
                _effect.SetResult(_result!);
            }
            else
            {
                _effect.SetException(Named(failure)!);
            }
        }
    }
}

/// <summary>The reading side of a database, with the records that modules load at start.</summary>
internal interface IStoreReader : IJournalReader
{
    IReadOnlyList<KeyValuePair<string, byte[]>> Documents(string collection);

    IReadOnlyList<KeyValuePair<string, byte[]>> Documents(string collection, string? before, int limit);

    byte[]? Document(string collection, string key);
}
