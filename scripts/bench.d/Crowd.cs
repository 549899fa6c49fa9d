using System.Diagnostics;

namespace Gateway.Bench;

/// <summary>Many who connect at the same moment and then do nothing.</summary>
internal sealed class Crowd : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<Link> links = [];

    /// <summary>From the first connect until all are served.</summary>
    public double Seconds { get; private set; }

    public double CpuSeconds { get; private set; }

    /// <summary>What the peer's memory grew by for each, some seconds later.</summary>
    public double KilobytesEach { get; private set; }

    public static async Task<Crowd> ConnectAsync<T>(Peer peer, Reactor reactor, int count, Func<int, T> make, CancellationToken cancellation)
        where T : Link, IReceiver
    {
        var crowd = new Crowd();
        var members = Enumerable.Range(0, count).Select(make).ToList();
        crowd.links.AddRange(members);
        var (before, cpu) = (peer.Megabytes, peer.CpuSeconds);
        var started = Stopwatch.GetTimestamp();
        foreach (var member in members)
        {
            reactor.Add(member);
        }
        await ReadyAsync(members, cancellation);
        crowd.Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        crowd.CpuSeconds = peer.CpuSeconds - cpu;
        await Task.Delay(TimeSpan.FromSeconds(4), cancellation);
        crowd.KilobytesEach = (peer.Megabytes - before) * 1024 / count;
        return crowd;
    }

    /// <summary>Waits until all are connected, and subscribed where they follow anything.</summary>
    public static async Task ReadyAsync(IEnumerable<IReceiver> members, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var member in members)
        {
            while (!member.IsReady)
            {
                if (member.Failure is { } failure || Stopwatch.GetElapsedTime(started) > Patience)
                {
                    throw new IOException($"not all were served: {member.Failure?.Message ?? "no answer in a minute"}");
                }
                await Task.Delay(1, cancellation);
            }
        }
    }

    public void Dispose() => links.ForEach(link => link.Dispose());
}
