namespace Gateway.Storage;

/// <summary>What the writer needs of a database: a transaction around a batch. Implemented once per database.</summary>
internal interface IWriteSession : IDisposable
{
    StoreTransaction Begin();

    /// <summary>Returns when the batch is on disk.</summary>
    void Commit();

    void Rollback();
}
