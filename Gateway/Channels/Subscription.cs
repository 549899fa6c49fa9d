using System.Runtime.InteropServices;
using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>
/// A cursor on the journal. It catches up by pages; when all that was announced has been read, it turns live under the stream's lock and is handed
/// events through a bounded queue; when that is full it catches up again. The publisher never waits and no event is left out or repeated: where what comes
/// next is no longer kept, the reader is told so, with the state instead.
/// </summary>
internal sealed class Subscription(
    LiveStream stream, StreamSource source, ChannelMeters meters, Action wake, SubscriptionStart start, ISubscriberRights? rights)
{
    // Null for almost all: they pay nothing for the others.
    private readonly IChannelRule? _rule = rights?.RuleOf(stream.Name);

    // Owned by the stream's lock.
    private List<StoredEvent> _queue = [];
    private long _queuedThrough = start.After;
    private bool _live;
    private bool _parked;
    private bool _closed;

    // Owned by the one reader that calls TakeAsync.
    private long _cursor = start.After;
    private bool _drained = start.AtHead;
    private bool _hasBegun;
    private bool _isAsked;

    public StreamName Name => stream.Name;

    /// <summary>The newest event that was taken. Read by the reader only.</summary>
    public long Cursor => _cursor;

    /// <summary>Whoever follows may do so no longer: what was taken last was all. Read by the reader only.</summary>
    public bool IsOver { get; private set; }

    /// <summary>
    /// The next events in order, or the state to go on from. An empty answer means that there is nothing at the moment, and that <c>wake</c> will be
    /// called when there is; on a closed subscription it means the end.
    /// </summary>
    public ValueTask<Taken> TakeAsync(CancellationToken cancellation) =>
        _rule is null ? TakeNextAsync(cancellation) : TakeAllowedAsync(_rule, cancellation);

    /// <summary>How far it is; on any thread.</summary>
    public Progress Progress
    {
        get
        {
            lock (stream.Gate)
            {
                var cursor = Volatile.Read(ref _cursor);
                return new(cursor, _live, _queue.Count, _live ? _queue.Count : Math.Max(0, Math.Max(stream.Top, start.Head) - cursor));
            }
        }
    }

    /// <summary>Goes on behind the given cursor: for viewers that were shown a newer state. Called by the reader.</summary>
    public void SkipTo(long cursor)
    {
        lock (stream.Gate)
        {
            _queue.RemoveAll(stored => Name.CursorOf(stored) <= cursor);
        }

        _cursor = Math.Max(_cursor, cursor);
    }

    /// <summary>True for the call that closed it.</summary>
    public bool Close()
    {
        lock (stream.Gate)
        {
            if (_closed)
            {
                return false;
            }

            _closed = true;
            _live = false;
            _queue = [];
            stream.Remove(this);
            return true;
        }
    }

    /// <summary>Called under the stream's lock, in the order of the stream.</summary>
    public Offered Offer(StoredEvent stored, long cursor)
    {
        if (cursor <= _queuedThrough)
        {
            return Offered.Kept;
        }

        if (_queue.Count == start.QueueCapacity)
        {
            _live = false;
            return Offered.Full;
        }

        _queue.Add(stored);
        _queuedThrough = cursor;
        var woke = _parked;
        _parked = false;
        return woke ? Offered.Woke : Offered.Kept;
    }

    public void Wake() => wake();

    private async ValueTask<Taken> TakeNextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (TakeQueued(out var top) is { } queued)
            {
                return new(queued);
            }

            var page = await source.ReadAsync(Name, _cursor, start.PageSize, cancellation);
            if (start.FromOldest && !_hasBegun)
            {
                // All that is kept was asked for, whatever that is by now.
                _cursor = Math.Max(_cursor, page.Oldest - 1);
            }

            _hasBegun = true;
            _drained = page.Count < start.PageSize;
            var reached = page.Count > 0 ? Name.CursorOf(page[^1]) : _cursor;
            if (_cursor < page.Oldest - 1 || (_drained && reached < top))
            {
                return new([], await StartAnewAsync(cancellation));
            }

            _cursor = reached;
            if (page.Count > 0)
            {
                return new(page);
            }
        }
    }

    // What was asked when it was opened may have changed before the state was read, and a state that comes anew may hide what ended it: then it is
    // asked again as well.
    private async ValueTask<Taken> TakeAllowedAsync(IChannelRule rule, CancellationToken cancellation)
    {
        if (IsOver)
        {
            return new([]);
        }

        var taken = await TakeNextAsync(cancellation);
        var seen = taken.Events.TakeWhile(stored => !rule.MayEnd(stored, rights!.User)).Count();
        if (_isAsked && taken.Anew is null && seen == taken.Events.Count)
        {
            return taken;
        }

        _isAsked = true;
        if (await rights!.MaySubscribeAsync(Name, cancellation))
        {
            return taken;
        }

        // The event that ended it is the last that they see.
        IsOver = true;
        return new(seen == taken.Events.Count ? [] : [.. taken.Events.Take(seen + 1)]);
    }

    // Retention was faster than this reader. The state holds what went, and stands for all that happened before it.
    private async ValueTask<StreamSnapshot> StartAnewAsync(CancellationToken cancellation)
    {
        var snapshot = await source.SnapshotAsync(Name, cancellation) ?? throw new InvalidOperationException($"{Name} is not in the journal any more");
        SkipTo(snapshot.Head);
        _drained = true;
        meters.Reset(ResetCause.NotKept);
        return snapshot;
    }

    private List<StoredEvent>? TakeQueued(out long top)
    {
        lock (stream.Gate)
        {
            top = stream.Top;
            if (_closed)
            {
                return [];
            }

            if (_queue.Count > 0)
            {
                var taken = _queue;
                _queue = [];
                _cursor = _queuedThrough;
                _drained = false;
                _hasBegun = true;
                return taken;
            }

            // The flip. An event above the cursor was announced either before, then top is above the cursor, or will be, then it is offered.
            // The journal may have shown more than was announced: the offer of that is passed over.
            if (!_live && _drained && _cursor >= top)
            {
                _live = true;
                _queuedThrough = _cursor;
                stream.Add(this);
            }

            _parked = _live;
            return _live ? [] : null;
        }
    }
}

/// <param name="Cursor">The newest event that was taken.</param>
/// <param name="IsLive">Handed events as they come; else served from the journal.</param>
/// <param name="Queued">Events that wait to be taken.</param>
/// <param name="Lag">How far behind the newest that is known: in events while live and on a channel, in positions on a feed.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Progress(long Cursor, bool IsLive, int Queued, long Lag);

/// <param name="After">Delivery starts with the first event after this cursor.</param>
/// <param name="Head">The journal was read up to here after joining.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SubscriptionStart(long After, long Head, int PageSize, int QueueCapacity)
{
    /// <summary>Nothing to catch up with but what is announced meanwhile.</summary>
    public bool AtHead => After == Head;

    /// <summary>All that is kept is wanted, wherever that begins.</summary>
    public bool FromOldest { get; init; }
}

/// <param name="Events">The next ones, in order.</param>
/// <param name="Anew">Instead of events that are no longer kept: the state, behind which it goes on.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Taken(IReadOnlyList<StoredEvent> Events, StreamSnapshot? Anew = null)
{
    public bool IsNothing => Events.Count == 0 && Anew is null;
}

internal enum Offered
{
    Kept,
    Woke,
    Full,
}
