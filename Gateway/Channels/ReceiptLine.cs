using System.Runtime.InteropServices;
using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>One subscriber of one stream: when it was connected, what it was sent, what it acknowledged.</summary>
internal sealed class ReceiptLine(string subscriber, string? user, TimeProvider time, ReceiptsOnDisk? disk)
{
    // The oldest of more become one, so many at a time, with the time of their last. What is on disk is asked for; thousands may follow a fast feed.
    private const int MaxRangesOnDisk = 8_192;
    private const int MaxRanges = 256;
    private const int MergedAtOnce = 256;

    private readonly int _most = disk is null ? MaxRanges : MaxRangesOnDisk;

    private readonly Lock _lock = new();

    // Replaced as a whole.
    private volatile Follower _follower = new(subscriber, user);

    // Owned by _lock; each list rises by Through.
    private readonly List<Range> _sent = [];
    private readonly List<Range> _acknowledged = [];
    private readonly List<Range> _read = [];
    private int _open;
    private DateTimeOffset? _connected;
    private DateTimeOffset? _since;

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
                return _since;
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
            _since ??= _connected;
        }
    }

    public void Disconnected()
    {
        lock (_lock)
        {
            _open--;
        }
    }

    public void Sent(long after, long through) => Keep(ReceiptStep.Sent, Cover(_sent, after, through));

    /// <summary>Cumulative: everything up to here has been seen.</summary>
    public void Acknowledge(long through) => Keep(ReceiptStep.Acknowledged, Cover(_acknowledged, after: 0, through));

    /// <summary>Somebody has read everything up to here; so their page has it.</summary>
    public void Read(long through)
    {
        Acknowledge(through);
        Keep(ReceiptStep.Read, Cover(_read, after: 0, through));
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
        var at = IndexBehind(ranges, cursor - 1);
        return at < ranges.Count && cursor > ranges[at].After ? ranges[at] : null;
    }

    /// <summary>The first range that goes on behind this cursor.</summary>
    private static int IndexBehind(List<Range> ranges, long cursor)
    {
        var (low, high) = (0, ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ranges[middle].Through > cursor ? (low, middle) : (middle + 1, high);
        }

        return low;
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
                var there = range.Connected ?? range.At;
                if (ranges == _sent && (_since is null || there < _since))
                {
                    _since = there;
                }
            }
        }
    }

    /// <summary>
    /// What is sent or acknowledged again keeps its first time; what was left out before, as by a page that began with what is new, has its own.
    /// </summary>
    private Range[] Cover(List<Range> ranges, long after, long through)
    {
        lock (_lock)
        {
            Range[] added = [];
            var from = after;
            for (var at = IndexBehind(ranges, after); from < through; at++)
            {
                var until = at < ranges.Count ? Math.Min(through, ranges[at].After) : through;
                if (from < until)
                {
                    var range = new Range(from, until, time.GetUtcNow(), _connected);
                    added = [.. added, range];
                    if (at == ranges.Count && at > 0 && ranges[^1].IsOneWith(range))
                    {
                        ranges[^1] = ranges[^1] with { Through = until };
                    }
                    else
                    {
                        ranges.Insert(at++, range);
                    }
                }

                from = at < ranges.Count ? ranges[at].Through : through;
            }

            if (ranges == _sent && added.Length > 0)
            {
                _since ??= added[0].At;
            }

            if (ranges.Count >= _most + MergedAtOnce)
            {
                ranges[MergedAtOnce] = ranges[MergedAtOnce] with { After = ranges[0].After };
                ranges.RemoveRange(0, MergedAtOnce);
            }

            return added;
        }
    }

    private void Keep(ReceiptStep step, Range[] ranges)
    {
        var follower = _follower;
        foreach (var range in ranges)
        {
            disk?.Store.Keep(new(new(disk.Channel, follower.Subscriber, follower.User, step), range.After, range.Through, range.At, range.Connected));
        }
    }

    private sealed record Follower(string Subscriber, string? User);

    // There are thousands in a busy room, so they are small.
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Range
    {
        private readonly long _at;
        private readonly long _connected;

        public Range(long after, long through, DateTimeOffset at, DateTimeOffset? connected) =>
            (After, Through, _at, _connected) = (after, through, at.UtcTicks, connected?.UtcTicks ?? 0);

        public long After { get; init; }

        public long Through { get; init; }

        /// <summary>Whether the next goes on with it in the same millisecond: times are told no finer.</summary>
        public bool IsOneWith(Range next) => next.After == Through && next._connected == _connected
            && next._at / TimeSpan.TicksPerMillisecond == _at / TimeSpan.TicksPerMillisecond;

        public DateTimeOffset At => new(_at, TimeSpan.Zero);

        public DateTimeOffset? Connected => _connected == 0 ? null : new(_connected, TimeSpan.Zero);
    }
}

internal sealed record Receipt(DateTimeOffset? Connected, DateTimeOffset? Sent, DateTimeOffset? Acknowledged, DateTimeOffset? Read = null);

/// <summary>Where the lines of one channel are kept over restarts.</summary>
internal sealed record ReceiptsOnDisk(IReceiptStore Store, ChannelName Channel);
