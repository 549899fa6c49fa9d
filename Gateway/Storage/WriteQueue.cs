namespace Gateway.Storage;

/// <summary>
/// What waits for the one writer: work, and readers who want to see what was committed. Readers are shown it when one asks, or after a while: so the
/// pages that many commits change are written once.
/// </summary>
internal sealed class WriteQueue : IDisposable
{
    // Long enough to share an fsync among hundreds, short enough that no single transaction stalls the rest.
    private const int MaxBatch = 4_096;

    private static readonly TimeSpan LongestUnshown = TimeSpan.FromMilliseconds(200);

    // Its producers bound it: a connection by its receive maximum, a request by awaiting its own work.
    private readonly Queue<IStoreWork> _waiting = new();
    private readonly ITimer _timer;

    // All guarded by _waiting.
    private bool _isStopping;
    private bool _isShown = true;
    private bool _isTimed;
    private bool _isDue;
    private TaskCompletionSource? _asked;

    public WriteQueue(TimeProvider time) => _timer = time.CreateTimer(_ => ComeDue(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public int Count
    {
        get
        {
            lock (_waiting)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Whether taking would not wait.</summary>
    public bool HasTurn
    {
        get
        {
            lock (_waiting)
            {
                return HasSomething;
            }
        }
    }

    /// <summary>Called under the lock.</summary>
    private bool HasSomething => _waiting.Count > 0 || _isDue || _asked is not null;

    /// <summary>False when the writer takes no more.</summary>
    public bool TryAdd(IStoreWork work)
    {
        lock (_waiting)
        {
            if (_isStopping)
            {
                return false;
            }

            _waiting.Enqueue(work);
            Monitor.Pulse(_waiting);
            return true;
        }
    }

    /// <summary>Completes when everything is shown that was committed before the call.</summary>
    public Task ShownAsync()
    {
        lock (_waiting)
        {
            if (_isShown)
            {
                return Task.CompletedTask;
            }

            _asked ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            Monitor.Pulse(_waiting);
            return _asked.Task;
        }
    }

    public void Stop()
    {
        lock (_waiting)
        {
            _isStopping = true;
            Monitor.Pulse(_waiting);
        }
    }

    /// <summary>Waits until there is something to do; false when nothing comes any more. The writer's loop only, as everything below.</summary>
    public bool Take(List<IStoreWork> batch)
    {
        lock (_waiting)
        {
            while (!HasSomething)
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

    /// <summary>Takes what is there; false when nothing is and nothing comes any more.</summary>
    public bool TakeAtOnce(List<IStoreWork> batch)
    {
        lock (_waiting)
        {
            TakeWaiting(batch);
            return batch.Count > 0 || !_isStopping;
        }
    }

    /// <summary>Something was committed that readers do not see yet. Called before anybody hears of it.</summary>
    public void Hide()
    {
        lock (_waiting)
        {
            _isShown = false;
            if (!_isTimed)
            {
                _isTimed = true;
                _timer.Change(LongestUnshown, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>True when it is time to show; then whoever asked is answered by the caller.</summary>
    public bool TakeDue(bool isMuch, out TaskCompletionSource? asked)
    {
        lock (_waiting)
        {
            asked = _asked;
            if (!isMuch && !_isDue && asked is null)
            {
                return false;
            }

            _asked = null;
            _isDue = false;
            _isTimed = false;
            return true;
        }
    }

    /// <summary>Who asked, when nothing can be shown; answered by the caller.</summary>
    public TaskCompletionSource? TakeAsked()
    {
        lock (_waiting)
        {
            var asked = _asked;
            _asked = null;
            return asked;
        }
    }

    public void Show()
    {
        lock (_waiting)
        {
            _isShown = true;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void ComeDue()
    {
        lock (_waiting)
        {
            _isDue = true;
            Monitor.Pulse(_waiting);
        }
    }

    /// <summary>Called under the lock.</summary>
    private void TakeWaiting(List<IStoreWork> batch)
    {
        while (batch.Count < MaxBatch && _waiting.TryDequeue(out var work))
        {
            batch.Add(work);
        }
    }
}
