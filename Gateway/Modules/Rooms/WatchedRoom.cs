namespace Gateway.Modules.Rooms;

/// <summary>A message whose way is watched.</summary>
internal sealed record SaidMessage(string Id, long Seq, string Author, DateTimeOffset At);

/// <summary>What was said in a room and not everybody has acknowledged yet. Owned by the lock of <see cref="RoomWatch"/>.</summary>
internal sealed class WatchedRoom
{
    // Acknowledgements are cumulative, so the oldest may go: of those that have had their time soon, of the others when there are very many.
    private const int MaxWaiting = 10_000;
    private const int MaxDue = 100;

    // Both rise by seq.
    private readonly LinkedList<SaidMessage> _waiting = [];
    private readonly LinkedList<SaidMessage> _due = [];

    public DateTimeOffset LastAt { get; private set; }

    public bool IsQuiet => _waiting.Count == 0 && _due.Count == 0;

    /// <summary>Whoever stored one later may be here first; one that is here already is not here twice.</summary>
    public void Add(SaidMessage message)
    {
        Insert(_waiting, message, MaxWaiting);
        LastAt = message.At > LastAt ? message.At : LastAt;
    }

    /// <summary>Those that have had their time by now, oldest first.</summary>
    public SaidMessage[] Due(DateTimeOffset before)
    {
        while (_waiting.First is { Value: var message } && message.At <= before)
        {
            _waiting.RemoveFirst();
            Insert(_due, message, MaxDue);
        }

        return [.. _due];
    }

    /// <summary>Nobody owes anything for it any more.</summary>
    public void Forget(SaidMessage message) => _due.Remove(message);

    private static void Insert(LinkedList<SaidMessage> list, SaidMessage message, int most)
    {
        var former = list.Last;
        while (former is not null && former.Value.Seq > message.Seq)
        {
            former = former.Previous;
        }

        if (former?.Value.Seq == message.Seq)
        {
            return;
        }

        if (former is null)
        {
            list.AddFirst(message);
        }
        else
        {
            list.AddAfter(former, message);
        }

        if (list.Count > most)
        {
            list.RemoveFirst();
        }
    }
}
