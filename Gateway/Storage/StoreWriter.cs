using System.Diagnostics;
using Gateway.Contract;
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
    private readonly StoreMeters _meters;

    // Ends a backoff early when the service stops.
    private readonly ManualResetEventSlim _ended = new();
    private readonly Task _loop;

    // Guarded by itself. Its producers bound it: a connection by its receive maximum, a request by awaiting its own work.
    private readonly Queue<IStoreWork> _waiting = new();

    // Guarded by _waiting.
    private bool _isStopping;

    private readonly Probe _probe = new();

    // Set and cleared by the loop, read by health.
    private volatile Exception? _failure;

    public StoreWriter(IWriteSession session, ICommitListener listener, TimeProvider time, StoreMeters meters, ILogger<StoreWriter> log)
    {
        _session = session;
        _listener = listener;
        _time = time;
        _meters = meters;
        _log = log;
        meters.WatchWriter(Waiting, () => _failure is null);
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Why the last batch was not written; null while all is well.</summary>
    public Exception? Failure => _failure;

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

    private int Waiting()
    {
        lock (_waiting)
        {
            return _waiting.Count;
        }
    }

    private void Run()
    {
        var batch = new List<IStoreWork>(MaxBatch);
        var backoff = TimeSpan.Zero;
        while (backoff > TimeSpan.Zero ? TakeAfter(backoff, batch) : Take(batch))
        {
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

            TakeWaiting(batch);
            return true;
        }
    }

    /// <summary>After a failure the store is tried again also when nobody wants anything of it: health must not stay red for want of work.</summary>
    private bool TakeAfter(TimeSpan backoff, List<IStoreWork> batch)
    {
        Wait(backoff);
        lock (_waiting)
        {
            if (_isStopping && _waiting.Count == 0)
            {
                return false;
            }

            batch.Add(_probe);
            TakeWaiting(batch);
            return true;
        }
    }

    /// <summary>Called under the lock of what waits.</summary>
    private void TakeWaiting(List<IStoreWork> batch)
    {
        while (batch.Count < MaxBatch && _waiting.TryDequeue(out var work))
        {
            batch.Add(work);
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
                _meters.Committed(batch.Count, appended.Count, Stopwatch.GetElapsedTime(started));
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
        _meters.Failed((failure as StoreException)?.Code ?? "other");
        if (_failure?.Message != failure.Message || batch.Count > 1 || batch[0] != _probe)
        {
            StorageLog.BatchFailed(_log, failure, batch.Count, failure.Message);
        }

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

    /// <summary>A write of its own, so that a full disk is noticed as well as a locked file.</summary>
    private sealed class Probe : IStoreWork
    {
        public void Write(StoreTransaction transaction) =>
            transaction.Journal.Documents.Put("store", "probe", ContractJson.Write(new { at = transaction.Journal.Now }));

        public void Completed(Exception? failure)
        {
            // The loop itself saw how it went.
        }
    }
}

/// <summary>The database did not do what it was asked to; whoever waits gets no acknowledgement.</summary>
/// <param name="code">The kind of cause, as figures count it: <c>disk_full</c>, <c>locked</c> …</param>
/// <param name="message">The cause in words, and what to do about it.</param>
/// <param name="cause">What the database said.</param>
internal sealed class StoreException(string code, string message, Exception? cause) : Exception(message, cause)
{
    public string Code => code;
}
