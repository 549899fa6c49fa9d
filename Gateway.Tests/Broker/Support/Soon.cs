namespace Gateway.Tests.Broker.Support;

/// <summary>Waits for something that no signal tells, yielding between looks.</summary>
internal static class Soon
{
    public static async Task HoldsAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            if (patience.IsCancellationRequested)
            {
                Assert.Fail($"never: {what}");
            }

            await timer.WaitForNextTickAsync();
        }
    }
}
