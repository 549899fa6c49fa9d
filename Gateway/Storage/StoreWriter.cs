using System.Diagnostics;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Storage;

/// <summary>
/// The one writer: takes all that waits, one transaction, one fsync; then tells the listeners, then completes the work, each in commit order.
/// </summary>
internal sealed class StoreWriter : IStore, IAsyncDisposable
{
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

    private readonly WriteQueue _queue;
    private readonly Probe _probe = new();

    // The loop's alone.
    private readonly List<IStoreWork> _batch = new(capacity: 256);

    // Set and cleared by the loop, read by health.
    private volatile Exception? _failure;

    public StoreWriter(IWriteSession session, ICommitListener listener, TimeProvider time, StoreMeters meters, ILogger<StoreWriter> log)
        : this(session, listener, time, meters, log, isStepped: false)
    {
    }

    private StoreWriter(IWriteSession session, ICommitListener listener, TimeProvider time, StoreMeters meters, ILogger<StoreWriter> log, bool isStepped)
    {
        _session = session;
        _listener = listener;
        _time = time;
        _meters = meters;
        _log = log;
        _queue = new(time);
        meters.WatchWriter(() => _queue.Count, () => _failure is null);
        _loop = isStepped ? Task.CompletedTask : Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Why the last batch was not written; null while all is well.</summary>
    public Exception? Failure => _failure;

    public void Submit(IStoreWork work)
    {
        if (!_queue.TryAdd(work))
        {
            work.Completed(new ObjectDisposedException(nameof(StoreWriter)));
        }
    }

    /// <summary>Without a thread: each <see cref="Turn"/> is the caller's, who also lets the backoff pass.</summary>
    public static StoreWriter Stepped(IWriteSession session, ICommitListener listener, TimeProvider time, StoreMeters meters, ILogger<StoreWriter> log) =>
        new(session, listener, time, meters, log, isStepped: true);

    /// <summary>Whether a turn would find something to do.</summary>
    public bool HasTurn => Backoff > TimeSpan.Zero || _queue.HasTurn;

    public Task SettleAsync() => _queue.ShownAsync();

    /// <summary>Finishes what was handed in, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Stop();
        _ended.Set();
        await _loop;
        _queue.Dispose();
    }

    /// <summary>How long the store is left alone before the next turn. The loop's alone.</summary>
    public TimeSpan Backoff { get; private set; }

    /// <summary>One round of the loop: what waits is written, who asked is answered; false when nothing comes any more.</summary>
    public bool Turn()
    {
        if (!(Backoff > TimeSpan.Zero ? TakeAgain() : _queue.Take(_batch)))
        {
            return false;
        }

        var isWell = WriteBatch(_batch) && SettleIfDue(isLast: false);
        Backoff = isWell ? TimeSpan.Zero : Longer(Backoff);
        _batch.Clear();
        return true;
    }

    private void Run()
    {
        do
        {
            if (Backoff > TimeSpan.Zero)
            {
                Wait(Backoff);
            }
        }
        while (Turn());

        SettleIfDue(isLast: true);
    }

    private static TimeSpan Longer(TimeSpan backoff) =>
        backoff == TimeSpan.Zero ? FirstBackoff : TimeSpan.FromTicks(Math.Min(backoff.Ticks * 2, LongestBackoff.Ticks));

    /// <summary>After a failure the store is tried again also when nobody wants anything of it: health must not stay red for want of work.</summary>
    private bool TakeAgain()
    {
        var goesOn = _queue.TakeAtOnce(_batch);
        _batch.Insert(0, _probe);
        return goesOn;
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
                if (_session.Unsettled > 0)
                {
                    _queue.Hide();
                }

                _meters.Committed(batch.Count, appended.Count, Stopwatch.GetElapsedTime(started));
            }
            catch (Exception failure) when (current is null || failure is StoreException)
            {
                Rollback();
                Fail(batch, failure);
                // Readers too: what was promised cannot be shown before the store is well, and that may be hours.
                _queue.TakeAsked()?.SetException(failure);
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

    /// <summary>False when the database does not take what was promised; then nothing more is, until it does.</summary>
    private bool SettleIfDue(bool isLast)
    {
        if (!_queue.TakeDue(isLast || _session.IsSettlingDue, out var asked))
        {
            return true;
        }

        try
        {
            _session.Settle();
            _queue.Show();
            asked?.SetResult();
            return true;
        }
        catch (StoreException failure)
        {
            _meters.Failed(failure.Code);
            StorageLog.NotSettled(_log, failure, failure.Message);
            _failure = failure;
            asked?.SetException(failure);
            return false;
        }
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
