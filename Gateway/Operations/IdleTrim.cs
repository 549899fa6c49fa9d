using Gateway.Contract;

namespace Gateway.Operations;

/// <summary>
/// Gives memory back after a rush. The runtime keeps what a storm of connects has left until the next collection, and in a quiet process none comes for hours.
/// </summary>
internal sealed class IdleTrim(TimeProvider time, Action collect, Func<long> allocated) : IHostedService, IAsyncDisposable
{
    // As much garbage as is worth a pause of some milliseconds, at a moment when hardly anything happens that it could hold up.
    private const long Worthwhile = 4 << 20;
    private const long Quiet = 64 << 10;

    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private PeriodicWork? _work;

    // owned by the one periodic work
    private long _seen;
    private long _kept = allocated();

    public IdleTrim(TimeProvider time)
        : this(time, Collect, () => GC.GetTotalAllocatedBytes())
    {
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _work = new(s_period, time, _ => Task.FromResult(Look()));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => _work?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Once a second; true when it has collected.</summary>
    public bool Look()
    {
        var now = allocated();
        var isQuiet = now - _seen < Quiet;
        _seen = now;
        if (!isQuiet || now - _kept < Worthwhile)
        {
            return false;
        }

        collect();
        _kept = _seen = allocated();
        return true;
    }

    private static void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
