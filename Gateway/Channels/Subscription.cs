using System.Runtime.InteropServices;
using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>
/// A cursor on the journal. It catches up by pages; when all that was announced has been read, it turns live under the stream's lock and is handed
/// events through a bounded queue; when that is full it catches up again. The publisher never waits and no event is left out or repeated.
/// </summary>
internal sealed class Subscription(LiveStream stream, StreamSource source, Action wake, SubscriptionStart start)
{
    // Owned by the stream's lock.
    private List<StoredEvent> _queue = [];
    private long _queuedThrough = start.After;
    private bool _live;
    private bool _parked;
    private bool _closed;

    // Owned by the one reader that calls TakeAsync.
    private long _cursor = start.After;
    private bool _drained = start.AtHead;

    public StreamName Name => stream.Name;

    /// <summary>The newest event that was taken. Read by the reader only.</summary>
    public long Cursor => _cursor;

    /// <summary>
    /// The next events in order. An empty answer means that there are none at the moment, and that <c>wake</c> will be called when there are;
    /// on a closed subscription it means the end.
    /// </summary>
    public async ValueTask<IReadOnlyList<StoredEvent>> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (TakeQueued(out var top) is { } queued)
            {
                return queued;
            }

            var page = await source.ReadAsync(Name, _cursor, start.PageSize, cancellation);
            _drained = page.Count < start.PageSize;
            if (page.Count > 0)
            {
                _cursor = Name.CursorOf(page[^1]);
            }

            if (_drained)
            {
                // What was announced before the read and is not in a short page is no longer kept: it cannot be waited for.
                _cursor = Math.Max(_cursor, top);
            }

            if (page.Count > 0)
            {
                return page;
            }
        }
    }

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
}

internal enum Offered
{
    Kept,
    Woke,
    Full,
}
