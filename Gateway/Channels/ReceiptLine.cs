using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>One subscriber of one stream: when it was connected, what it was sent, what it acknowledged.</summary>
internal sealed class ReceiptLine(string subscriber, string? user, TimeProvider time, ReceiptsOnDisk? disk)
{
    private const int MaxRanges = 256;

    private readonly Lock _lock = new();

    // Replaced as a whole.
    private volatile Follower _follower = new(subscriber, user);

    // Owned by _lock; each list rises by Through.
    private readonly List<Range> _sent = [];
    private readonly List<Range> _acknowledged = [];
    private readonly List<Range> _read = [];
    private int _open;
    private DateTimeOffset? _connected;

    public string Subscriber => _follower.Subscriber;

    /// <summary>Who reads over HTTP without a name of its own has nothing to acknowledge under.</summary>
    public bool CanAcknowledge => Subscriber != Receipts.SubscriberOf(User ?? "") && !Subscriber.StartsWith($"{Transports.Stream}-", StringComparison.Ordinal);

    public string? User => _follower.User;

    public void Rename(string alias) => _follower = new(ReceiptKey.Renamed(Subscriber, User, alias), alias);

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
            var follower = _follower;
            disk?.Store.Keep(new(new(disk.Channel, follower.Subscriber, follower.User, step), range.After, range.Through, range.At, range.Connected));
        }
    }

    private sealed record Follower(string Subscriber, string? User);

    private sealed record Range(long After, long Through, DateTimeOffset At, DateTimeOffset? Connected);
}

internal sealed record Receipt(DateTimeOffset? Connected, DateTimeOffset? Sent, DateTimeOffset? Acknowledged, DateTimeOffset? Read = null);

/// <summary>Where the lines of one channel are kept over restarts.</summary>
internal sealed record ReceiptsOnDisk(IReceiptStore Store, ChannelName Channel);
