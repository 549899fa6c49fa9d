namespace Gateway.Tests.Support;

/// <summary>A clock that stands still until a test moves it; whoever waits by it, waits for the test.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();

    // all guarded by _lock
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 3, 10, 0, 0, TimeSpan.Zero);
    private TaskCompletionSource _armed = NewSignal();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, stopping at each timer that falls due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (TakeDue(end) is { } due)
        {
            due.Fire();
        }
    }

    /// <summary>Waits until somebody waits for no longer than this, then moves the clock to that moment.</summary>
    public async Task PassWaitAsync(TimeSpan within)
    {
        while (true)
        {
            Task armed;
            TimeSpan? next;
            lock (_lock)
            {
                armed = _armed.Task;
                next = _timers.Count == 0 ? null : _timers.Min(static timer => timer.Due) - _now;
            }

            if (next <= within)
            {
                Advance(next.Value);
                return;
            }

            await armed.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ManualTimer? TakeDue(DateTimeOffset end)
    {
        lock (_lock)
        {
            var next = _timers.Where(timer => timer.Due <= end).MinBy(static timer => timer.Due);
            _now = next is null ? end : next.Due > _now ? next.Due : _now;
            if (next is not null)
            {
                next.Due += next.Period;
                if (next.Period <= TimeSpan.Zero)
                {
                    _timers.Remove(next);
                }
            }

            return next;
        }
    }

    private void Arm(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        TaskCompletionSource armed;
        lock (_lock)
        {
            _timers.Remove(timer);
            if (dueTime < TimeSpan.Zero)
            {
                return;
            }

            timer.Due = _now + dueTime;
            timer.Period = period;
            _timers.Add(timer);
            armed = _armed;
            _armed = NewSignal();
        }

        armed.SetResult();
    }

    private void Disarm(ManualTimer timer)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        // guarded by the lock of the clock
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.Arm(this, dueTime, period);
            return true;
        }

        public void Dispose() => time.Disarm(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
