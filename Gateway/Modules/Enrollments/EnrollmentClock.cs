namespace Gateway.Modules.Enrollments;

/// <summary>Wakes enrollments when time alone changes something: lease, abandonment, repair of a gap. One loop, one timer.</summary>
internal sealed class EnrollmentClock(TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();

    // All guarded by _lock; the order follows the dictionary.
    private readonly Dictionary<string, DateTimeOffset> _due = [];
    private readonly SortedSet<(DateTimeOffset At, string Enrollment)> _order = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task _loop = Task.CompletedTask;

    public void Start(Action<string> wake) => _loop = RunAsync(wake);

    /// <summary>Null: nothing of this enrollment depends on time any more.</summary>
    public void Set(string enrollment, DateTimeOffset? due)
    {
        lock (_lock)
        {
            if (_due.Remove(enrollment, out var before))
            {
                _order.Remove((before, enrollment));
            }

            if (due is not { } moment)
            {
                return;
            }

            _due[enrollment] = moment;
            _order.Add((moment, enrollment));
            if (_order.Min.Enrollment == enrollment)
            {
                // Only the nearest changes how long the loop waits.
                _changed.TrySetResult();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync(Action<string> wake)
    {
        while (!_stop.IsCancellationRequested)
        {
            var (ready, wait, changed) = Look();
            foreach (var enrollment in ready)
            {
                wake(enrollment);
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            await Task.WhenAny(Task.Delay(wait, time, either.Token), changed.WaitAsync(either.Token));
            await either.CancelAsync();
        }
    }

    private (List<string> Ready, TimeSpan Wait, Task Changed) Look()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var ready = new List<string>();
            while (_order.Count > 0 && _order.Min.At <= now)
            {
                // Its decision sets the next deadline, if there is one.
                var (_, enrollment) = _order.Min;
                _order.Remove(_order.Min);
                _due.Remove(enrollment);
                ready.Add(enrollment);
            }

            if (_changed.Task.IsCompleted)
            {
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            var wait = _order.Count == 0 ? Longest : _order.Min.At - now;
            return (ready, wait < Longest ? wait : Longest, _changed.Task);
        }
    }
}
