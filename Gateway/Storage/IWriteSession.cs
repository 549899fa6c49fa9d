namespace Gateway.Storage;

/// <summary>What the writer needs of a database: a transaction around a batch. Implemented once per database.</summary>
internal interface IWriteSession : IDisposable
{
    StoreTransaction Begin();

    /// <summary>Returns when the batch is on disk. Readers may see it later, after <see cref="Settle"/>.</summary>
    void Commit();

    /// <summary>Undoes the batch that was begun; those before it stay.</summary>
    void Rollback();

    /// <summary>How much is on disk and not yet where readers look: 0 is nothing.</summary>
    int Unsettled { get; }

    /// <summary>More should not gather before it is settled.</summary>
    bool IsSettlingDue { get; }

    /// <summary>Shows readers all that was committed.</summary>
    void Settle();
}
