using System.Collections.Concurrent;

namespace Gateway.Broker.Routing;

/// <summary>Where the retained message of one topic is found; a replay holds on to slots and reads what is in them when its turn comes.</summary>
internal sealed class RetainedSlot
{
    // written under the tree's lock, read without
    private volatile Message? _current;

    public Message? Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>Its expiry is in the tree's calendar, once however often it changes. Under the tree's lock.</summary>
    public bool IsScheduled { get; set; }
}

/// <summary>The retained messages by topic level: changed under one lock, read without.</summary>
internal sealed class RetainedTree
{
    private readonly Lock _change = new();
    private readonly Node _root = new();

    // owned by _change
    private readonly PriorityQueue<(string Topic, RetainedSlot Slot), DateTimeOffset> _calendar = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public bool Contains(string topic) => Find(topic)?.Slot.Current is not null;

    public void Put(Message message)
    {
        lock (_change)
        {
            var node = _root;
            foreach (var level in message.Topic.Split('/'))
            {
                node = node.GetOrAdd(level);
            }

            _count += node.Slot.Current is null ? 1 : 0;
            node.Slot.Current = message;
            Schedule(message, node.Slot);
        }
    }

    /// <summary>Removes what has expired: nobody would get it, but it would count.</summary>
    public void PurgeExpired(DateTimeOffset now)
    {
        lock (_change)
        {
            while (_calendar.TryPeek(out var due, out var at) && at <= now)
            {
                _calendar.Dequeue();
                due.Slot.IsScheduled = false;
                if (due.Slot.Current is not { } message)
                {
                    continue;
                }

                if (message.IsExpired(now))
                {
                    Remove(_root, due.Topic);
                }
                else
                {
                    Schedule(message, due.Slot);
                }
            }
        }
    }

    public void Remove(string topic)
    {
        lock (_change)
        {
            Remove(_root, topic);
        }
    }

    /// <summary>The slots that a filter matches: references only, to be read one by one through the send window.</summary>
    public List<RetainedSlot> Find(string filter, bool hasWildcard)
    {
        var found = new List<RetainedSlot>();
        if (hasWildcard)
        {
            Collect(_root, filter.Split('/'), 0, found);
        }
        else if (Find(filter) is { Slot.Current: not null } node)
        {
            found.Add(node.Slot);
        }

        return found;
    }

    private void Schedule(Message message, RetainedSlot slot)
    {
        if (message.ExpiresAt is { } end && !slot.IsScheduled)
        {
            slot.IsScheduled = true;
            _calendar.Enqueue((message.Topic, slot), end);
        }
    }

    private Node? Find(string topic)
    {
        var node = _root;
        foreach (var range in topic.AsSpan().Split('/'))
        {
            if (!node.TryGet(topic.AsSpan(range), out node))
            {
                return null;
            }
        }

        return node;
    }

    private bool Remove(Node node, ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf('/');
        if (!node.TryGet(end < 0 ? rest : rest[..end], out var child))
        {
            return false;
        }

        if (end >= 0)
        {
            Remove(child, rest[(end + 1)..]);
        }
        else if (child.Slot.Current is not null)
        {
            child.Slot.Current = null;
            _count--;
        }

        if (child.IsEmpty)
        {
            node.Drop(end < 0 ? rest : rest[..end]);
        }

        return true;
    }

    private static void Collect(Node node, string[] levels, int at, List<RetainedSlot> found)
    {
        if (at == levels.Length)
        {
            AddSlot(node, found);
            return;
        }

        switch (levels[at])
        {
            case "#":
                CollectAll(node, found, isRoot: at == 0);
                break;
            case "+":
                foreach (var (name, child) in node.Children)
                {
                    if (at > 0 || !name.StartsWith('$'))
                    {
                        Collect(child, levels, at + 1, found);
                    }
                }

                break;
            default:
                if (node.TryGet(levels[at], out var named))
                {
                    Collect(named, levels, at + 1, found);
                }

                break;
        }
    }

    private static void CollectAll(Node node, List<RetainedSlot> found, bool isRoot)
    {
        AddSlot(node, found);
        foreach (var (name, child) in node.Children)
        {
            if (!isRoot || !name.StartsWith('$'))
            {
                CollectAll(child, found, isRoot: false);
            }
        }
    }

    private static void AddSlot(Node node, List<RetainedSlot> found)
    {
        if (node.Slot.Current is not null)
        {
            found.Add(node.Slot);
        }
    }

    private sealed class Node
    {
        private static readonly ConcurrentDictionary<string, Node> s_none = new(concurrencyLevel: 1, capacity: 1);

        // written under the tree's lock, read without
        private volatile ConcurrentDictionary<string, Node> _children = s_none;

        public RetainedSlot Slot { get; } = new();

        public ConcurrentDictionary<string, Node> Children => _children;

        public bool IsEmpty => Slot.Current is null && _children.IsEmpty;

        public Node GetOrAdd(string level)
        {
            if (_children == s_none)
            {
                _children = new(concurrencyLevel: 1, capacity: 1);
            }

            return _children.GetOrAdd(level, static _ => new());
        }

        public bool TryGet(ReadOnlySpan<char> level, out Node node) => _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(level, out node!);

        public void Drop(ReadOnlySpan<char> level) => _children.GetAlternateLookup<ReadOnlySpan<char>>().TryRemove(level, out _);
    }
}
