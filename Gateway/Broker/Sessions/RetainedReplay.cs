using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>A cursor over the retained messages that a new subscription matched, in the order of their topics; each is read when its turn comes.</summary>
internal sealed class RetainedReplay
{
    private readonly Subscription _subscription;
    private readonly List<KeyValuePair<string, RetainedSlot>> _slots = [];

    // owned by the session's lock, or by the backlog's loop where it is stored
    private int _at;

    /// <param name="subscription">Whose retained messages they are.</param>
    /// <param name="slots">Those that its filter matches.</param>
    /// <param name="after">The topic to go on behind, from before a restart.</param>
    public RetainedReplay(Subscription subscription, List<RetainedSlot> slots, string after = "")
    {
        _subscription = subscription;
        foreach (var slot in slots)
        {
            if (slot.Current is { } message && string.CompareOrdinal(message.Topic, after) > 0)
            {
                _slots.Add(new(message.Topic, slot));
            }
        }

        _slots.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
    }

    /// <summary>Each message is owed for good before it is sent: the session outlives its connection, and so does what it was promised.</summary>
    public bool IsStored => _subscription is { IsDurable: true, Qos: > 0 };

    public string Filter => _subscription.Filter;

    public byte Qos => _subscription.Qos;

    /// <summary>Still the subscription that asked for it.</summary>
    public bool IsWanted => _subscription.Session.Subscriptions.Has(_subscription);

    public Message? Next(DateTimeOffset now)
    {
        while (_at < _slots.Count)
        {
            if (Read(_slots[_at++].Value, now) is { } message)
            {
                return message;
            }
        }

        return null;
    }

    /// <summary>What comes next, without moving on.</summary>
    public RetainedPage Page(DateTimeOffset now, int messages, long bytes)
    {
        var taken = new List<(RetainedSlot Slot, Message Message)>();
        var at = _at;
        for (; at < _slots.Count && taken.Count < messages && bytes > 0; at++)
        {
            if (Read(_slots[at].Value, now) is { } message)
            {
                taken.Add((_slots[at].Value, message));
                bytes -= message.Size;
            }
        }

        return new(taken, at, at < _slots.Count ? _slots[at - 1].Key : null);
    }

    /// <summary>Behind a page that was handed over.</summary>
    public void MoveTo(RetainedPage page) => _at = page.End;

    public Outgoing Outgoing(Message message, long storedId = 0) =>
        new(message, Math.Min(message.Qos, Qos), Retain: true, _subscription.Identifier is { } id ? [id] : null, StoredId: storedId);

    private Message? Read(RetainedSlot slot, DateTimeOffset now) =>
        slot.Current is { } message && !message.IsExpired(now) && _subscription.Admits(message.Topic) ? message : null;
}

/// <param name="End">Where the replay stands behind it.</param>
/// <param name="LastTopic">Null when it was the last page.</param>
internal sealed record RetainedPage(List<(RetainedSlot Slot, Message Message)> Messages, int End, string? LastTopic);
