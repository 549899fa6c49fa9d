namespace Gateway.Simulation;

/// <summary>Who comes by a scanner outside enrollment: people whose finger is stored, and now and then a stranger.</summary>
/// <param name="pause">From one to the next, on average; zero is never.</param>
/// <param name="time">The clock.</param>
/// <param name="random">Who it is; owned by the loop.</param>
internal sealed class Visitors(TimeSpan pause, TimeProvider time, Random random)
{
    private const int StrangerAmong = 20;

    /// <param name="slots">The slots with a finger; none while the scanner has no eyes for visitors.</param>
    /// <param name="read">Told of the slot that was recognised, and how well; null is a stranger.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(Func<IReadOnlyList<int>> slots, Func<int?, int?, CancellationToken, Task> read, CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(pause > TimeSpan.Zero ? pause * (0.5 + random.NextDouble()) : Timeout.InfiniteTimeSpan, time, stop);
            if (slots() is not { Count: > 0 } known)
            {
                continue;
            }

            var isStranger = random.Next(StrangerAmong) == 0;
            await read(isStranger ? null : known[random.Next(known.Count)], isStranger ? null : random.Next(60, 200), stop);
        }
    }
}
