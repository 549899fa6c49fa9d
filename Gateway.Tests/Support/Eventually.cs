namespace Gateway.Tests.Support;

/// <summary>Waits for something that no signal tells, yielding between looks; fails with its words when it never comes.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task HoldsAsync(Func<bool> condition, string what) => HoldsAsync(() => Task.FromResult(condition()), what);

    public static async Task HoldsAsync(Func<Task<bool>> condition, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!await condition())
        {
            if (patience.IsCancellationRequested)
            {
                Assert.Fail($"never: {what}");
            }

            await timer.WaitForNextTickAsync();
        }
    }
}
