using System.Diagnostics;
using Gateway.Journal;

namespace Gateway.Storage;

/// <summary>
/// The one writer: takes all that waits, one transaction, one fsync; then tells the listeners, then completes the work, each in commit order.
/// </summary>
internal sealed class StoreWriter : IStore, IAsyncDisposable
{
    // Long enough to share an fsync among hundreds, short enough that no single transaction stalls the rest.
    private const int MaxBatch = 4_096;

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);

    private readonly IWriteSession _session;
    private readonly ICommitListener _listener;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    // Ends a backoff early when the service stops.
    private readonly ManualResetEventSlim _ended = new();
    private readonly Task _loop;

    // Guarded by itself. Its producers bound it: a connection by its receive maximum, a request by awaiting its own work.
    private readonly Queue<IStoreWork> _waiting = new();

    // Guarded by _waiting.
    private bool _isStopping;

    // Set and cleared by the loop, read by health.
    private volatile Exception? _failure;

    public StoreWriter(IWriteSession session, ICommitListener listener, TimeProvider time, ILogger<StoreWriter> log)
    {
        _session = session;
        _listener = listener;
        _time = time;
        _log = log;
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Why the last batch was not written; null while all is well.</summary>
    public Exception? Failure => _failure;

    public WriterFigures Figures { get; } = new();

    public void Submit(IStoreWork work)
    {
        lock (_waiting)
        {
            if (!_isStopping)
            {
                _waiting.Enqueue(work);
                Monitor.Pulse(_waiting);
                return;
            }
        }

        work.Completed(new ObjectDisposedException(nameof(StoreWriter)));
    }

    /// <summary>Finishes what was handed in, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_waiting)
        {
            _isStopping = true;
            Monitor.Pulse(_waiting);
        }

        _ended.Set();
        await _loop;
    }

    private void Run()
    {
        var batch = new List<IStoreWork>(MaxBatch);
        var backoff = TimeSpan.Zero;
        while (Take(batch))
        {
            if (backoff > TimeSpan.Zero)
            {
                Wait(backoff);
            }

            backoff = WriteBatch(batch) ? TimeSpan.Zero : Longer(backoff);
            batch.Clear();
        }
    }

    private static TimeSpan Longer(TimeSpan backoff) =>
        backoff == TimeSpan.Zero ? FirstBackoff : TimeSpan.FromTicks(Math.Min(backoff.Ticks * 2, LongestBackoff.Ticks));

    private bool Take(List<IStoreWork> batch)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0)
            {
                if (_isStopping)
                {
                    return false;
                }

                Monitor.Wait(_waiting);
            }

            while (batch.Count < MaxBatch && _waiting.TryDequeue(out var work))
            {
                batch.Add(work);
            }

            return true;
        }
    }

    // The loop has its own thread, so waiting here holds nobody else.
    private void Wait(TimeSpan backoff)
    {
        using var elapsed = new ManualResetEventSlim();
        using var timer = _time.CreateTimer(state => ((ManualResetEventSlim)state!).Set(), elapsed, backoff, Timeout.InfiniteTimeSpan);
        WaitHandle.WaitAny([elapsed.WaitHandle, _ended.WaitHandle]);
    }

    /// <summary>False when the store failed. Work that throws by itself is taken out and the rest written without it.</summary>
    private bool WriteBatch(List<IStoreWork> batch)
    {
        while (batch.Count > 0)
        {
            IStoreWork? current = null;
            IReadOnlyList<StoredEvent> appended;
            try
            {
                var started = Stopwatch.GetTimestamp();
                var transaction = _session.Begin();
                foreach (var work in batch)
                {
                    current = work;
                    work.Write(transaction);
                }

                current = null;
                _session.Commit();
                appended = transaction.Journal.Appended;
                Figures.Record(batch.Count, appended.Count, Stopwatch.GetElapsedTime(started));
            }
            catch (Exception failure) when (current is null || failure is StoreException)
            {
                Rollback();
                Fail(batch, failure);
                return false;
            }
            catch (Exception refused)
            {
                Rollback();
                StorageLog.WorkRefused(_log, refused, current!.GetType().Name);
                batch.Remove(current);
                Complete(current, refused);
                continue;
            }

            // Beyond this the batch is on disk, whatever its listeners make of it.
            Announce(batch, appended);
            return true;
        }

        return true;
    }

    // Who waits is answered all the same. The session stays in its transaction, so the next batch fails too, and is where this is tried again.
    private void Rollback()
    {
        try
        {
            _session.Rollback();
        }
        catch (StoreException failure)
        {
            StorageLog.NotRolledBack(_log, failure);
        }
    }

    private void Announce(List<IStoreWork> batch, IReadOnlyList<StoredEvent> appended)
    {
        if (_failure is not null)
        {
            StorageLog.WritesAgain(_log);
            _failure = null;
        }

        if (appended.Count > 0)
        {
            Hand(_listener, listener => listener.Committed(appended));
        }

        foreach (var work in batch)
        {
            Complete(work, failure: null);
        }
    }

    private void Fail(List<IStoreWork> batch, Exception failure)
    {
        StorageLog.BatchFailed(_log, failure, batch.Count, failure.Message);
        _failure = failure;
        foreach (var work in batch)
        {
            Complete(work, failure);
        }
    }

    private void Complete(IStoreWork work, Exception? failure) => Hand(work, told => told.Completed(failure));

    // Whoever throws when told has a defect of its own; the others still hear of their commit.
    private void Hand<T>(T told, Action<T> tell)
        where T : notnull
    {
        try
        {
            tell(told);
        }
        catch (Exception defect)
        {
            StorageLog.CompletionThrew(_log, defect, told.GetType().Name);
        }
    }
}

/// <summary>The database did not do what it was asked to; whoever waits gets no acknowledgement.</summary>
internal sealed class StoreException(string message, Exception? cause) : Exception(message, cause);

/// <summary>Commit figures for operators. Written by the writer loop, read by anyone.</summary>
internal sealed class WriterFigures
{
    private long _batches;
    private long _works;
    private long _events;
    private long _microseconds;

    public long Batches => Interlocked.Read(ref _batches);

    public long Works => Interlocked.Read(ref _works);

    public long Events => Interlocked.Read(ref _events);

    public long Microseconds => Interlocked.Read(ref _microseconds);

    public void Record(int works, int events, TimeSpan elapsed)
    {
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _works, works);
        Interlocked.Add(ref _events, events);
        Interlocked.Add(ref _microseconds, (long)elapsed.TotalMicroseconds);
    }
}
