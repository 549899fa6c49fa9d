namespace Gateway.Modules.Enrollments;

/// <summary>Wakes enrollments when time alone changes something: lease, abandonment, repair of a gap. One loop, one timer.</summary>
internal sealed class EnrollmentClock(TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();

    // Both guarded by _lock.
    private readonly Dictionary<string, DateTimeOffset> _due = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task _loop = Task.CompletedTask;

    public void Start(Action<string> wake) => _loop = RunAsync(wake);

    /// <summary>Null: nothing of this enrollment depends on time any more.</summary>
    public void Set(string enrollment, DateTimeOffset? due)
    {
        lock (_lock)
        {
            if (due is { } moment)
            {
                _due[enrollment] = moment;
                _changed.TrySetResult();
            }
            else
            {
                _due.Remove(enrollment);
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
            var ready = _due.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToList();
            foreach (var enrollment in ready)
            {
                // Its decision sets the next deadline, if there is one.
                _due.Remove(enrollment);
            }

            if (_changed.Task.IsCompleted)
            {
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            var wait = _due.Count == 0 ? Longest : _due.Values.Min() - now;
            return (ready, wait < Longest ? wait : Longest, _changed.Task);
        }
    }
}
