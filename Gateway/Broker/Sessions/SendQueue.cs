namespace Gateway.Broker.Sessions;

/// <summary>Which part of a backlog is to be read next.</summary>
internal sealed record PageRequest(long After, long UpTo);

/// <summary>
/// What waits for one session. Of a durable one only a window is in memory and only while it is connected; the rest is in the store, behind a
/// cursor, and costs two numbers. Owned by the session's lock.
/// </summary>
internal sealed class SendQueue(MqttOptions options)
{
    public const int WindowMessages = 1_000;
    public const long WindowBytes = 1 << 20;

    private readonly Queue<Outgoing> _window = new();

    // in memory
    private long _windowBytes;
    private int _stored;
    private long _storedBytes;

    // in the store only: what is behind the cursor, up to the end
    private int _behind;
    private long _behindBytes;
    private long _cursor;
    private long _end;
    private PageRequest? _reading;

    // what may have been sent before the restart, and how many that can be
    private long _maybeSentUpTo;
    private int _maybeSent;

    public int Messages => _window.Count + _behind;

    public long Bytes => _windowBytes + _behindBytes;

    /// <summary>Nothing is left in the store, and there is room for more.</summary>
    public bool IsLow => _cursor == _end && IsWindowLow;

    /// <summary>The last message that may have been sent before the restart.</summary>
    public long MaybeSentUpTo => _maybeSentUpTo;

    private bool IsWindowLow => _stored <= WindowMessages / 4 && _storedBytes <= WindowBytes / 4;

    private bool IsWindowFull => _stored >= WindowMessages || _storedBytes >= WindowBytes;

    public bool HasRoomFor(in Outgoing next) => Messages < options.MaxQueuedMessages && Bytes + next.Message.Size <= options.MaxQueuedBytes;

    /// <summary>Stored messages come in the order of their ids.</summary>
    public void Add(in Outgoing outgoing, bool isAway)
    {
        if (outgoing.StoredId == 0)
        {
            Enqueue(outgoing);
            return;
        }

        var isLive = _cursor == _end && !isAway && !IsWindowFull;
        _end = outgoing.StoredId;
        if (isLive)
        {
            _cursor = _end;
            Enqueue(outgoing);
        }
        else
        {
            _behind++;
            _behindBytes += outgoing.Message.Size;
        }
    }

    public bool TryPeek(out Outgoing next) => _window.TryPeek(out next);

    public void Dequeue()
    {
        var taken = _window.Dequeue();
        _windowBytes -= taken.Message.Size;
        if (taken.StoredId != 0)
        {
            _stored--;
            _storedBytes -= taken.Message.Size;
        }
    }

    /// <summary>Something is left in the store, nobody reads it, and the window has room.</summary>
    public bool WantsPage => _reading is null && _cursor != _end && IsWindowLow;

    public PageRequest? TakeRequest() => WantsPage ? _reading = new(_cursor, _end) : null;

    /// <summary>One that was read for a connection that is over is left aside.</summary>
    public void AddPage(PageRequest request, OwedPage page)
    {
        if (!ReferenceEquals(_reading, request))
        {
            return;
        }

        _reading = null;
        foreach (var owed in page.Messages)
        {
            var outgoing = Outgoing.Restored(owed, owed.Message.Id <= _maybeSentUpTo && _maybeSent-- > 0);
            Enqueue(outgoing);
            _behind--;
            _behindBytes -= outgoing.Message.Size;
        }

        _cursor = page.IsEnd || page.Messages.Count == 0 ? request.UpTo : page.Messages[^1].Message.Id;
        Settle();
    }

    /// <summary>The connection is over: the cursor goes back before what was not sent, and QoS 0 is not kept. Gives how many of those.</summary>
    public int Rewind()
    {
        _reading = null;
        var dropped = 0;
        var isRewound = false;
        foreach (var outgoing in _window)
        {
            if (outgoing.StoredId == 0)
            {
                dropped++;
                continue;
            }

            _cursor = isRewound ? _cursor : outgoing.StoredId - 1;
            isRewound = true;
            _behind++;
            _behindBytes += outgoing.Message.Size;
        }

        ClearWindow();
        return dropped;
    }

    public void Restore(StoredSession stored)
    {
        (_behind, _behindBytes, _end) = (stored.Backlog.Messages, Counted(stored.Backlog), stored.Backlog.LastId);
        _maybeSentUpTo = Math.Min(stored.Row.SentUpTo, _end);
        _maybeSent = options.MaxInflight;
    }

    /// <summary>Expired in the store.</summary>
    public void Purged(BacklogSize gone)
    {
        _behind -= gone.Messages;
        _behindBytes -= Counted(gone);
        Settle();
    }

    public IEnumerable<Outgoing> End()
    {
        var left = _window.ToList();
        ClearWindow();
        (_behind, _behindBytes, _cursor, _reading) = (0, 0, _end, null);
        return left;
    }

    private static long Counted(BacklogSize size) => size.Bytes + ((long)size.Messages * Message.Overhead);

    // A message can expire in the store while its page is read: the count is put right when nothing can be left.
    private void Settle()
    {
        if (_cursor == _end || _behind <= 0)
        {
            (_behind, _behindBytes) = (0, 0);
        }
    }

    private void Enqueue(in Outgoing outgoing)
    {
        _window.Enqueue(outgoing);
        _windowBytes += outgoing.Message.Size;
        if (outgoing.StoredId != 0)
        {
            _stored++;
            _storedBytes += outgoing.Message.Size;
        }
    }

    private void ClearWindow()
    {
        _window.Clear();
        (_windowBytes, _stored, _storedBytes) = (0, 0, 0);
    }
}
