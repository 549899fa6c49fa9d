namespace Gateway.Journal;

/// <summary>Tells several listeners of each commit, in the order given.</summary>
internal sealed class CommitListeners(params IReadOnlyList<ICommitListener> listeners) : ICommitListener
{
    public void Committed(IReadOnlyList<StoredEvent> events)
    {
        foreach (var listener in listeners)
        {
            listener.Committed(events);
        }
    }
}
