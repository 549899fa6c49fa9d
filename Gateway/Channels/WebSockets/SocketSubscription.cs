namespace Gateway.Channels.WebSockets;

/// <summary>One subscription of one page, as its connection knows it.</summary>
internal sealed class SocketSubscription(
    StreamName name, TimeSpan? every, ISubscriberRights rights, Outbox outbox, TimeProvider time) : IDisposable
{
    private OpenSubscription? _opened;
    private ReceiptLine? _receipts;
    private Outgoing.Turn? _turn;
    private ITimer? _later;

    // Owned by the sender.
    private bool _changed;
    private long _lastState;
    private long _handed;

    // Owned by the reader loop.
    private long _acknowledged;
    private long _read;

    public StreamName Name => name;

    /// <summary>Of when it was opened.</summary>
    public ISubscriberRights Rights => rights;

    public ReceiptLine Receipts => _receipts!;

    public byte[] Prefix { get; } = Frames.EventPrefix(name);

    /// <summary>States instead of events.</summary>
    public bool ShowsStates => every is not null;

    /// <summary>The newest cursor that the page may know of: no acknowledgement goes beyond.</summary>
    public long Handed => Math.Max(Volatile.Read(ref _handed), _opened!.Snapshot.Head);

    public OpenSubscription Opened => _opened ?? throw new InvalidOperationException($"{name} is not open yet");

    /// <summary>Its page may follow no longer.</summary>
    public bool IsOver => Opened.Subscription.IsOver;

    /// <summary>Called once, before the first turn.</summary>
    public void Open(OpenSubscription opened, ReceiptLine receipts)
    {
        (_opened, _receipts) = (opened, receipts);
        _lastState = time.GetTimestamp();
        _later = every is null ? null : time.CreateTimer(_ => Wake(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>There is something to take; on any thread.</summary>
    public void Wake() => outbox.Add(_turn ??= new(this));

    public ValueTask<Taken> TakeAsync(CancellationToken cancellation) => Opened.Subscription.TakeAsync(cancellation);

    public void Hand(long cursor) => Volatile.Write(ref _handed, cursor);

    /// <summary>Everything up to here has come; false when that was known.</summary>
    public bool Acknowledge(long through)
    {
        Receipts.Acknowledge(through);
        return Raise(ref _acknowledged, through);
    }

    /// <summary>Everything up to here was read by somebody; false when that was known.</summary>
    public bool Read(long through)
    {
        Receipts.Read(through);
        return Raise(ref _read, through);
    }

    private static bool Raise(ref long known, long through)
    {
        var isNew = through > known;
        known = Math.Max(known, through);
        return isNew;
    }

    /// <summary>True when a state is to be sent now; when it is too early, a later turn is arranged.</summary>
    public bool IsStateDue(bool changed)
    {
        _changed |= changed;
        if (!_changed)
        {
            return false;
        }

        var wait = every!.Value - time.GetElapsedTime(_lastState);
        if (wait > TimeSpan.Zero)
        {
            _later!.Change(wait, Timeout.InfiniteTimeSpan);
            return false;
        }

        _changed = false;
        _lastState = time.GetTimestamp();
        return true;
    }

    public void Dispose()
    {
        _later?.Dispose();
        _opened?.Dispose();
    }
}
