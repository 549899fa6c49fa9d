namespace Gateway.Channels;

/// <summary>Wakes the one reader that waits; signals that come before it waits are one.</summary>
internal sealed class AsyncSignal
{
    private readonly System.Threading.Channels.Channel<bool> _set =
        System.Threading.Channels.Channel.CreateBounded<bool>(new System.Threading.Channels.BoundedChannelOptions(1)
        {
            SingleReader = true,
            FullMode = System.Threading.Channels.BoundedChannelFullMode.DropWrite,
        });

    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>False when the time is over.</summary>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(_ => limited.Cancel(), state: null, longest, Timeout.InfiniteTimeSpan);
        try
        {
            return await _set.Reader.ReadAsync(limited.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
