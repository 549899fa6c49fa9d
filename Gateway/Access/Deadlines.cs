namespace Gateway.Access;

/// <summary>Says when a time has come: one timer for all of them, set to the soonest.</summary>
internal sealed class Deadlines<TKey> : IDisposable
    where TKey : notnull
{
    // A clock that is set while it waits is noticed after so long; a small computer has none of its own until the network tells it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly Action<TKey> _came;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();

    // Owned by _lock; the timer too.
    private readonly Dictionary<TKey, DateTimeOffset> _ends = [];
    private DateTimeOffset _soonest = DateTimeOffset.MaxValue;

    /// <param name="came">On any thread, without a lock.</param>
    public Deadlines(TimeProvider time, Action<TKey> came)
    {
        (_time, _came) = (time, came);
        _timer = time.CreateTimer(static self => ((Deadlines<TKey>)self!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Replaces the one that was set for it before.</summary>
    public void Set(TKey key, DateTimeOffset end)
    {
        lock (_lock)
        {
            _ends[key] = end;
            if (end < _soonest)
            {
                Arm(end);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Ring()
    {
        List<TKey> due;
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            due = [.. _ends.Where(entry => entry.Value <= now).Select(entry => entry.Key)];
            foreach (var key in due)
            {
                _ends.Remove(key);
            }

            Arm(_ends.Count == 0 ? DateTimeOffset.MaxValue : _ends.Values.Min());
        }

        foreach (var key in due)
        {
            _came(key);
        }
    }

    private void Arm(DateTimeOffset soonest)
    {
        _soonest = soonest;
        if (soonest == DateTimeOffset.MaxValue)
        {
            return;
        }

        var wait = soonest - _time.GetUtcNow();
        _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }
}
