namespace Gateway.Journal;

/// <summary>Hears of events after they are durable, in the order of their positions, on the writer's thread: hand over and return.</summary>
internal interface ICommitListener
{
    void Committed(IReadOnlyList<StoredEvent> events);
}
