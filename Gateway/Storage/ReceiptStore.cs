using Gateway.Journal;

namespace Gateway.Storage;

/// <summary>
/// Receipts on their way to disk: gathered for a moment, then handed to the writer as one piece of work among others. What a kill takes with it is the
/// knowledge of that moment, never an event.
/// </summary>
internal sealed class ReceiptStore : IReceiptStore, IAsyncDisposable
{
    /// <summary>As long as the disk takes nothing, so much is remembered; what comes beyond is left out and counted.</summary>
    public const int MaxPending = 65_536;

    // A transaction with so many rows takes a few milliseconds.
    private const int MaxBatch = 1_000;

    // In seqs: a line is beyond its bound by at most so many ranges.
    private const int ShortenEach = 256;

    // Frames of one moment are one range; their times differ by less than this.
    private static readonly TimeSpan OneMoment = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);

    private readonly IStore _store;
    private readonly IReceiptReader _reader;
    private readonly StoreMeters _meters;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();

    // Owned by _lock: what waits, the newest of each line, and what the writer has.
    private readonly List<ReceiptRange> _waiting = [];
    private readonly Dictionary<ReceiptKey, int> _newest = [];
    private IReadOnlyList<ReceiptRange> _written = [];
    private bool _isBusy;
    private bool _isStopping;

    public ReceiptStore(IStore store, IReceiptReader reader, TimeProvider time, StoreMeters meters)
    {
        _store = store;
        _reader = reader;
        _meters = meters;
        _timer = time.CreateTimer(_ => HandOver(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Keep(ReceiptRange range)
    {
        lock (_lock)
        {
            if (_newest.TryGetValue(range.Line, out var at) && IsOneWith(_waiting[at], range))
            {
                _waiting[at] = _waiting[at] with { Through = range.Through };
                return;
            }

            if (_waiting.Count == MaxPending || _isStopping)
            {
                _meters.LeftOutReceipt();
                return;
            }

            _newest[range.Line] = _waiting.Count;
            _waiting.Add(range);
            if (_waiting.Count == 1)
            {
                Arm();
            }
        }
    }

    public void Rename(string user, string alias)
    {
        lock (_lock)
        {
            for (var i = 0; i < _waiting.Count; i++)
            {
                if (_waiting[i].Line is { } line && line.User == user)
                {
                    _waiting[i] = _waiting[i] with { Line = line with { User = alias, Subscriber = ReceiptKey.Renamed(line.Subscriber, user, alias) } };
                }
            }

            Index();
        }
    }

    public async ValueTask<IReadOnlyList<ReceiptRange>> OfAsync(ChannelName channel, CancellationToken cancellation)
    {
        // Memory first: what is written meanwhile is then in both, and told once.
        Dictionary<(ReceiptKey, long), ReceiptRange> known;
        lock (_lock)
        {
            known = _written.Concat(_waiting).Where(range => range.Line.Channel == channel)
                .GroupBy(range => (range.Line, range.Through)).ToDictionary(group => group.Key, group => group.Last());
        }

        try
        {
            await _store.SettleAsync().WaitAsync(cancellation);
        }
        catch (StoreException failure)
        {
            throw new JournalUnavailableException(failure);
        }

        foreach (var kept in _reader.Receipts(channel))
        {
            known.TryAdd((kept.Line, kept.Through), kept);
        }

        return [.. known.Values
            .OrderBy(range => range.Line.Subscriber, StringComparer.Ordinal).ThenBy(range => range.Line.User, StringComparer.Ordinal)
            .ThenBy(range => range.Line.Step).ThenBy(range => range.Through)];
    }

    /// <summary>Writes what was noted, then ends. Before the writer does.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isStopping = true;
            if (!_isBusy && _waiting.Count == 0)
            {
                _ended.TrySetResult();
            }
        }

        HandOver();
        await _ended.Task;
        await _timer.DisposeAsync();
    }

    private static bool IsOneWith(ReceiptRange last, ReceiptRange next) =>
        next.After == last.Through && next.Connected == last.Connected && next.At - last.At < OneMoment;

    /// <summary>Called under the lock, once for what is gathered: what comes meanwhile puts off nothing. A full batch waits for no other.</summary>
    private void Arm()
    {
        if (!_isBusy && _waiting.Count > 0)
        {
            _timer.Change(_waiting.Count < MaxBatch ? Gathering : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void HandOver()
    {
        IReadOnlyList<ReceiptRange> batch;
        lock (_lock)
        {
            if (_isBusy || _waiting.Count == 0)
            {
                return;
            }

            _isBusy = true;
            var count = Math.Min(MaxBatch, _waiting.Count);
            _written = batch = _waiting.GetRange(0, count);
            _waiting.RemoveRange(0, count);
            Index();
        }

        _store.Submit(new Part(batch, Completed));
    }

    /// <summary>On the writer's thread.</summary>
    private void Completed(Exception? failure)
    {
        var isLast = false;
        lock (_lock)
        {
            if (failure is not null && !_isStopping)
            {
                _waiting.InsertRange(0, _written);
                Index();
            }

            _written = [];
            _isBusy = false;
            isLast = _isStopping && (_waiting.Count == 0 || failure is not null);
            Arm();
        }

        if (isLast)
        {
            _ended.TrySetResult();
        }
        else if (_isStopping)
        {
            HandOver();
        }
    }

    /// <summary>Called under the lock.</summary>
    private void Index()
    {
        _newest.Clear();
        for (var i = 0; i < _waiting.Count; i++)
        {
            _newest[_waiting[i].Line] = i;
        }
    }

    private sealed class Part(IReadOnlyList<ReceiptRange> ranges, Action<Exception?> completed) : IStoreWork
    {
        public void Write(StoreTransaction transaction)
        {
            foreach (var range in ranges)
            {
                transaction.Receipts.Put(range);
            }

            // Now and then, as each time costs a look at the whole line.
            foreach (var line in ranges.Where(range => range.Through / ShortenEach > range.After / ShortenEach).Select(range => range.Line).Distinct())
            {
                transaction.Receipts.Shorten(line);
            }
        }

        public void Completed(Exception? failure) => completed(failure);
    }
}

/// <summary>The rows of receipts inside a transaction.</summary>
internal interface IReceiptRows
{
    void Put(ReceiptRange range);

    /// <summary>A line with very many ranges keeps its newest; the oldest become one, with the time of its last.</summary>
    void Shorten(ReceiptKey line);
}

/// <summary>The receipts that are on disk.</summary>
internal interface IReceiptReader
{
    IReadOnlyList<ReceiptRange> Receipts(ChannelName channel);
}
