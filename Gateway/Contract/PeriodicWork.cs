namespace Gateway.Contract;

/// <summary>One piece of work again and again, with a pause before each, from its start until it is disposed of. It never runs twice at once.</summary>
internal sealed class PeriodicWork : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <param name="period">From one run to the next.</param>
    /// <param name="time">By which it waits.</param>
    /// <param name="work">What it throws ends the loop, and is thrown again at the end: expected failures are its own to tell.</param>
    public PeriodicWork(TimeSpan period, TimeProvider time, Func<CancellationToken, Task> work) => _loop = RunAsync(period, time, work);

    /// <summary>Once more is nothing: a service that is known under two names is disposed of under each.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        if (_loop.IsFaulted)
        {
            await _loop;
        }
    }

    private async Task RunAsync(TimeSpan period, TimeProvider time, Func<CancellationToken, Task> work)
    {
        using var timer = new PeriodicTimer(period, time);
        while (await timer.WaitForNextTickAsync(_stop.Token))
        {
            await work(_stop.Token);
        }
    }
}
