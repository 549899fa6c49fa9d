namespace Gateway.Simulation;

/// <summary>Loops that live and end together.</summary>
internal static class LoopGroup
{
    /// <summary>The first loop that ends, ends all; done when every one is. Throws what the failed one threw.</summary>
    public static async Task RunAsync(CancellationToken stop, params Func<CancellationToken, Task>[] loops)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = Array.ConvertAll(loops, loop => loop(ended.Token));
        await Task.WhenAny(running);
        await ended.CancelAsync();
        await Task.WhenAll(running);
    }
}
