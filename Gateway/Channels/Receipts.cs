using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>
/// What each subscriber of a stream was sent, has acknowledged and has read, as ranges with times and not a row per frame. In memory and bounded: the
/// streams, and the subscribers of one, that were heard of longest ago make room, but nobody who is connected. Of kinds that keep them, on disk as well,
/// and read back when they are asked for.
/// </summary>
internal sealed class Receipts(IReceiptStore store, IEnumerable<IChannelKind> kinds, TimeProvider time)
{
    private const int MaxStreams = 4_096;
    private const int MaxSubscribers = 256;

    // All that is on disk of a stream is in memory while the stream is.
    private const int MaxKeptSubscribers = 4_096;

    private readonly HashSet<string> _kept = [.. kinds.Where(kind => kind.KeepsReceipts).Select(kind => kind.Name)];
    private readonly Lock _lock = new();

    // Owned by _lock.
    private readonly Remembered<StreamName, Subscribers> _streams = new(MaxStreams, subscribers => subscribers.IsAnyOpen);

    /// <summary>The line of a subscriber, made when it is new; the same one over its reconnects.</summary>
    public async ValueTask<ReceiptLine> LineAsync(StreamName name, string subscriber, string? user, CancellationToken cancellation)
    {
        await LoadAsync(name, cancellation);
        lock (_lock)
        {
            return Find(name).FindOrAdd(subscriber, user);
        }
    }

    /// <summary>What is known of everyone who follows or followed the stream, in the order in which they came.</summary>
    public async ValueTask<IReadOnlyList<ReceiptLine>> OfAsync(StreamName name, CancellationToken cancellation)
    {
        await LoadAsync(name, cancellation);
        return Of(name);
    }

    /// <summary>The line of who asks over HTTP without a name of their own for their page.</summary>
    public static string SubscriberOf(string user) => $"http-{user}";

    /// <summary>The same without what only the disk knows.</summary>
    public IReadOnlyList<ReceiptLine> Of(StreamName name)
    {
        lock (_lock)
        {
            return _streams.TryFind(name, out var subscribers) ? subscribers.All() : [];
        }
    }

    private async ValueTask LoadAsync(StreamName name, CancellationToken cancellation)
    {
        if (name.IsFeed || !_kept.Contains(name.Kind))
        {
            return;
        }

        lock (_lock)
        {
            if (_streams.TryFind(name, out _))
            {
                return;
            }
        }

        var kept = await store.OfAsync(name.Channel, cancellation);
        lock (_lock)
        {
            // Whoever asked at the same time may have been first.
            if (_streams.TryFind(name, out _))
            {
                return;
            }

            var subscribers = Find(name);
            foreach (var line in kept.GroupBy(range => (range.Line.Subscriber, range.Line.User)))
            {
                subscribers.FindOrAdd(line.Key.Subscriber, line.Key.User).Restore(line);
            }
        }
    }

    /// <summary>Called under _lock.</summary>
    private Subscribers Find(StreamName name)
    {
        if (_streams.TryFind(name, out var subscribers))
        {
            return subscribers;
        }

        var keep = !name.IsFeed && _kept.Contains(name.Kind);
        ReceiptLine Make(string subscriber, string? user) => new(subscriber, user, time, keep ? new(store, name.Channel) : null);
        return _streams.Add(name, new(Make, keep ? MaxKeptSubscribers : MaxSubscribers));
    }

    private sealed class Subscribers(Func<string, string?, ReceiptLine> make, int most)
    {
        // The user is part of the key: nobody acknowledges in another's name by calling itself the same.
        private readonly Remembered<(string Subscriber, string? User), ReceiptLine> _lines = new(most, line => line.IsOpen);

        public bool IsAnyOpen => _lines.Any(line => line.IsOpen);

        public ReceiptLine FindOrAdd(string subscriber, string? user)
        {
            var key = (subscriber, user);
            return _lines.TryFind(key, out var line) ? line : _lines.Add(key, make(subscriber, user));
        }

        public List<ReceiptLine> All() => _lines.All();
    }
}

/// <summary>One subscriber of one stream: when it was connected, what it was sent, what it acknowledged.</summary>
internal sealed class ReceiptLine(string subscriber, string? user, TimeProvider time, ReceiptsOnDisk? disk)
{
    private const int MaxRanges = 256;

    private readonly Lock _lock = new();

    // Owned by _lock; each list rises by Through.
    private readonly List<Range> _sent = [];
    private readonly List<Range> _acknowledged = [];
    private readonly List<Range> _read = [];
    private int _open;
    private DateTimeOffset? _connected;

    public string Subscriber => subscriber;

    /// <summary>Who reads over HTTP without a name of its own has nothing to acknowledge under.</summary>
    public bool CanAcknowledge => subscriber != Receipts.SubscriberOf(user ?? "") && !subscriber.StartsWith($"{Transports.Stream}-", StringComparison.Ordinal);

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

    /// <summary>How far it has acknowledged.</summary>
    public long Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return _acknowledged.Count == 0 ? 0 : _acknowledged[^1].Through;
            }
        }
    }

    /// <summary>When it was first there, as far as that is known.</summary>
    public DateTimeOffset? Since
    {
        get
        {
            lock (_lock)
            {
                return _sent.Count == 0 ? _connected : _sent[0].Connected ?? _sent[0].At;
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

    public void Sent(long after, long through) => Keep(ReceiptStep.Sent, Extend(_sent, after, through));

    /// <summary>Cumulative: everything up to here has been seen.</summary>
    public void Acknowledge(long through) => Keep(ReceiptStep.Acknowledged, Extend(_acknowledged, after: 0, through));

    /// <summary>Somebody has read everything up to here; so their page has it.</summary>
    public void Read(long through)
    {
        Acknowledge(through);
        Keep(ReceiptStep.Read, Extend(_read, after: 0, through));
    }

    public Receipt Of(long cursor)
    {
        lock (_lock)
        {
            var sent = Find(_sent, cursor);
            return new(sent?.Connected ?? (_open > 0 ? _connected : null), sent?.At, Find(_acknowledged, cursor)?.At, Find(_read, cursor)?.At);
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

    /// <summary>What is on disk, rising; called once, before anything else.</summary>
    public void Restore(IEnumerable<ReceiptRange> kept)
    {
        lock (_lock)
        {
            foreach (var range in kept)
            {
                var ranges = range.Line.Step switch
                {
                    ReceiptStep.Sent => _sent,
                    ReceiptStep.Acknowledged => _acknowledged,
                    _ => _read,
                };
                ranges.Add(new(range.After, range.Through, range.At, range.Connected));
            }
        }
    }

    private Range? Extend(List<Range> ranges, long after, long through)
    {
        lock (_lock)
        {
            // What is sent or acknowledged again keeps its first time.
            var from = ranges.Count == 0 ? after : Math.Max(after, ranges[^1].Through);
            if (through <= from)
            {
                return null;
            }

            var added = new Range(from, through, time.GetUtcNow(), _connected);
            ranges.Add(added);
            if (ranges.Count > MaxRanges)
            {
                ranges[1] = ranges[1] with { After = ranges[0].After };
                ranges.RemoveAt(0);
            }

            return added;
        }
    }

    private void Keep(ReceiptStep step, Range? range)
    {
        if (range is not null)
        {
            disk?.Store.Keep(new(new(disk.Channel, subscriber, user, step), range.After, range.Through, range.At, range.Connected));
        }
    }

    private sealed record Range(long After, long Through, DateTimeOffset At, DateTimeOffset? Connected);
}

internal sealed record Receipt(DateTimeOffset? Connected, DateTimeOffset? Sent, DateTimeOffset? Acknowledged, DateTimeOffset? Read = null);

/// <summary>Where the lines of one channel are kept over restarts.</summary>
internal sealed record ReceiptsOnDisk(IReceiptStore Store, ChannelName Channel);
