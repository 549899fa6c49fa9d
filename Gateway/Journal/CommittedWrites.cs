namespace Gateway.Journal;

internal static class CommittedWrites
{
    /// <summary>
    /// As <see cref="IJournal.WriteAsync{T}"/>, and what is to follow the commit is done on the writer, before that of any later commit: left to the
    /// caller's own thread, an older state could be told after a newer one.
    /// </summary>
    public static Task<T> WriteAsync<T>(this IJournal journal, Func<JournalTransaction, T> decide, Action<T> committed)
    {
        var written = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        T? decided = default;
        journal.Write(
            transaction => decided = decide(transaction),
            failure =>
            {
                if (failure is not null)
                {
                    written.SetException(failure as JournalUnavailableException ?? new JournalUnavailableException(failure));
                    return;
                }

                committed(decided!);
                written.SetResult(decided!);
            });
        return written.Task;
    }
}
