using Gateway.Broker;
using Gateway.Journal;

namespace Gateway.Storage;

/// <summary>A piece of work for the one writer that may touch journal and broker state together.</summary>
internal interface IStoreWork
{
    /// <summary>Runs inside the batch's transaction; may run again when another piece of the batch failed, so it changes nothing in memory.</summary>
    void Write(StoreTransaction transaction);

    /// <summary>After the commit, in commit order (failure is null), or instead of it. On the writer's thread: cheap, never blocks.</summary>
    void Completed(Exception? failure);
}

/// <summary>One transaction with its faces: the journal, the broker's own rows, receipts, and what goes again.</summary>
internal sealed record StoreTransaction(JournalTransaction Journal, IBrokerWrites Broker, IReceiptRows Receipts, IRetentionRows Retention);

/// <summary>Where work for the one writer is handed in.</summary>
internal interface IStore
{
    void Submit(IStoreWork work);

    /// <summary>
    /// Completes when readers see everything that was announced before the call, and fails with a <see cref="StoreException"/> when that cannot be had.
    /// </summary>
    Task SettleAsync();
}
