namespace Gateway.Channels;

/// <summary>
/// What each subscriber of a stream was sent and has acknowledged, as ranges with times and not a row per frame. Kept in memory and bounded: the
/// streams, and the subscribers of one, that were heard of longest ago make room.
/// </summary>
internal sealed class Receipts(TimeProvider time)
{
    private const int MaxStreams = 4_096;
    private const int MaxSubscribers = 256;

    private readonly Lock _lock = new();

    // Owned by _lock. The ages are the order in which names came.
    private readonly Dictionary<StreamName, Subscribers> _streams = [];
    private readonly Queue<StreamName> _ages = [];

    /// <summary>The line of a subscriber, made when it is new; the same one over its reconnects.</summary>
    public ReceiptLine Line(StreamName name, string subscriber, string? user)
    {
        lock (_lock)
        {
            if (!_streams.TryGetValue(name, out var subscribers))
            {
                if (_streams.Count == MaxStreams)
                {
                    _streams.Remove(_ages.Dequeue());
                }

                _streams.Add(name, subscribers = new());
                _ages.Enqueue(name);
            }

            return subscribers.FindOrAdd(subscriber, user, time);
        }
    }

    /// <summary>What is known of everyone who follows or followed the stream, in the order in which they came.</summary>
    public IReadOnlyList<ReceiptLine> Of(StreamName name)
    {
        lock (_lock)
        {
            return _streams.TryGetValue(name, out var subscribers) ? subscribers.All() : [];
        }
    }

    private sealed class Subscribers
    {
        private readonly Dictionary<(string, string?), ReceiptLine> _lines = [];
        private readonly Queue<(string, string?)> _ages = [];

        public ReceiptLine FindOrAdd(string subscriber, string? user, TimeProvider time)
        {
            // The user is part of the key: nobody acknowledges in another's name by calling itself the same.
            var key = (subscriber, user);
            if (_lines.TryGetValue(key, out var line))
            {
                return line;
            }

            if (_lines.Count == MaxSubscribers)
            {
                _lines.Remove(_ages.Dequeue());
            }

            _ages.Enqueue(key);
            return _lines[key] = new(subscriber, user, time);
        }

        public List<ReceiptLine> All() => [.. _ages.Select(key => _lines[key])];
    }
}

/// <summary>One subscriber of one stream: when it was connected, what it was sent, what it acknowledged.</summary>
internal sealed class ReceiptLine(string subscriber, string? user, TimeProvider time)
{
    private const int MaxRanges = 256;

    private readonly Lock _lock = new();

    // Owned by _lock; each list rises by Through.
    private readonly List<Range> _sent = [];
    private readonly List<Range> _acknowledged = [];
    private int _open;
    private DateTimeOffset? _connected;

    public string Subscriber => subscriber;

    public string? User => user;

    public long Through
    {
        get
        {
            lock (_lock)
            {
                return Math.Max(_sent.Count == 0 ? 0 : _sent[^1].Through, _acknowledged.Count == 0 ? 0 : _acknowledged[^1].Through);
            }
        }
    }

    /// <summary>Whether it is connected at this moment.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
            {
                return _open > 0;
            }
        }
    }

    public void Connected()
    {
        lock (_lock)
        {
            _open++;
            _connected = time.GetUtcNow();
        }
    }

    public void Disconnected()
    {
        lock (_lock)
        {
            _open--;
        }
    }

    public void Sent(long after, long through) => Extend(_sent, after, through);

    /// <summary>Cumulative: everything up to here has been seen.</summary>
    public void Acknowledge(long through) => Extend(_acknowledged, after: 0, through);

    public Receipt Of(long cursor)
    {
        lock (_lock)
        {
            var sent = Find(_sent, cursor);
            return new(sent?.Connected ?? (_open > 0 ? _connected : null), sent?.At, Find(_acknowledged, cursor)?.At);
        }
    }

    private static Range? Find(List<Range> ranges, long cursor)
    {
        foreach (var range in ranges)
        {
            if (cursor <= range.Through)
            {
                return cursor > range.After ? range : null;
            }
        }

        return null;
    }

    private void Extend(List<Range> ranges, long after, long through)
    {
        lock (_lock)
        {
            // What is sent or acknowledged again keeps its first time.
            var from = ranges.Count == 0 ? after : Math.Max(after, ranges[^1].Through);
            if (through <= from)
            {
                return;
            }

            ranges.Add(new(from, through, time.GetUtcNow(), _connected));
            if (ranges.Count > MaxRanges)
            {
                ranges[1] = ranges[1] with { After = ranges[0].After };
                ranges.RemoveAt(0);
            }
        }
    }

    private sealed record Range(long After, long Through, DateTimeOffset At, DateTimeOffset? Connected);
}

internal sealed record Receipt(DateTimeOffset? Connected, DateTimeOffset? Sent, DateTimeOffset? Acknowledged);
