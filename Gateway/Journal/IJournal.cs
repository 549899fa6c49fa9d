namespace Gateway.Journal;

/// <summary>
/// The journal: events on channels, each with a seq that has no gap and a position that only rises, kept before anyone hears of them.
/// </summary>
internal interface IJournal : IJournalReader
{
    /// <summary>
    /// Runs the decision on the one writer and completes when its effects are durable; throws <see cref="JournalUnavailableException"/> when
    /// they are not.
    /// </summary>
    Task<T> WriteAsync<T>(Func<JournalTransaction, T> decide);

    /// <summary>The same for callers that cannot wait: the completion runs on the writer, after the commit, or with the failure instead of it.</summary>
    void Write(Action<JournalTransaction> decide, Action<Exception?> completed);

    /// <summary>All documents of a collection, by key; for what a module keeps in memory from its start on.</summary>
    IReadOnlyList<KeyValuePair<string, byte[]>> Documents(string collection);

    /// <summary>A page of a collection, the highest keys first: those below the given one (null: from the highest), at most limit.</summary>
    IReadOnlyList<KeyValuePair<string, byte[]>> Documents(string collection, string? before, int limit);

    /// <summary>One committed document; null when there is none.</summary>
    byte[]? Document(string collection, string key);
}

/// <summary>The store did not take the write; nothing of it happened.</summary>
internal sealed class JournalUnavailableException(Exception cause) : Exception("The journal cannot write at the moment.", cause)
{
    /// <summary>The journal is closed: trying again is of no use.</summary>
    public bool IsLasting => InnerException is ObjectDisposedException;
}
