using System.Diagnostics;

namespace Gateway.Bench;

/// <summary>Some publishers and those who get their messages, and what flows between them. Each publisher's messages reach as many receivers.</summary>
internal sealed class Traffic : IDisposable
{
    private readonly Peer peer;
    private readonly IReadOnlyList<Publisher> publishers;
    private readonly IReadOnlyList<IReceiver> receivers;
    private readonly int copies;
    private Times? times; // set while they are taken
    private bool closesLoop; // a delivery to all allows the next message
    private long delivered; // written by the receivers' thread alone

    /// <param name="receivers">The first ones are the first publisher's, and so on.</param>
    public Traffic(Peer peer, IReadOnlyList<Publisher> publishers, IReadOnlyList<IReceiver> receivers)
    {
        (this.peer, this.publishers, this.receivers) = (peer, publishers, receivers);
        copies = receivers.Count / publishers.Count;
        for (var index = 0; index < receivers.Count; index++)
        {
            var publisher = publishers[index / copies];
            receivers[index].Message = message => OnMessage(publisher, message);
        }
    }

    /// <summary>A steady rate, spread over the publishers in turn, for the given time.</summary>
    public async Task AtRateAsync(int rate, double seconds, Measured into, CancellationToken cancellation)
    {
        var count = (int)(rate * seconds);
        var before = Sent;
        var start = new Usage(peer);
        Volatile.Write(ref times, into.Frames);
        var from = Volatile.Read(ref delivered);
        await Task.Factory.StartNew(() => Pace(rate, count, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        into.Seconds += start.Elapsed;
        await UntilAsync(() => Volatile.Read(ref delivered) - from >= (long)count * copies, cancellation);
        start.AddTo(into);
        Volatile.Write(ref times, null);
        into.Sent += Sent - before;
        into.Delivered += Volatile.Read(ref delivered) - from;
        Check();
    }

    /// <summary>As fast as it goes with so many messages per publisher on their way: unacknowledged, or where one message goes to many, undelivered.</summary>
    public async Task AtFullSpeedAsync(double seconds, int window, Measured into, CancellationToken cancellation)
    {
        var (before, from) = (Sent, Volatile.Read(ref delivered));
        var start = new Usage(peer);
        closesLoop = copies > 1;
        foreach (var publisher in publishers)
        {
            publisher.Acknowledgements = closesLoop ? null : publisher.Publish;
            publisher.Publish(window);
        }
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);
        into.Seconds += start.Elapsed;
        into.Acknowledged += publishers.Sum(publisher => (long)publisher.Acknowledged) - before;
        into.Delivered += Volatile.Read(ref delivered) - from;
        start.AddTo(into);
        closesLoop = false;
        foreach (var publisher in publishers)
        {
            publisher.Acknowledgements = null;
        }
        await UntilAsync(() => Volatile.Read(ref delivered) - from >= (Sent - before) * copies && Acknowledged == Sent, cancellation);
        into.Sent += Sent - before;
        into.Lost += ((Sent - before) * copies) - (Volatile.Read(ref delivered) - from);
        Check();
    }

    public void Dispose()
    {
        foreach (var receiver in receivers)
        {
            receiver.Dispose();
        }
        foreach (var publisher in publishers)
        {
            publisher.Dispose();
        }
    }

    /// <summary>Waits until it holds, as long as anything moves.</summary>
    private async Task UntilAsync(Func<bool> holds, CancellationToken cancellation)
    {
        var (moved, still) = (-1L, 0);
        while (!holds() && still < 100)
        {
            await Task.Delay(20, cancellation);
            var now = Volatile.Read(ref delivered) + Acknowledged;
            (still, moved) = now == moved ? (still + 1, now) : (0, now);
        }
    }

    private long Sent => publishers.Sum(publisher => (long)publisher.Sent);

    private long Acknowledged => publishers.Sum(publisher => (long)publisher.Acknowledged);

    private void Check()
    {
        if (publishers.Select(one => one.Failure).Concat(receivers.Select(one => one.Failure)).FirstOrDefault(one => one is not null) is { } failure)
        {
            throw new IOException($"{peer.Name}: {failure.Message}");
        }
    }

    private void Pace(int rate, int count, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        for (var message = 0; message < count && !cancellation.IsCancellationRequested; message++)
        {
            Kernel.SleepUntil(started + (long)(message * (double)Stopwatch.Frequency / rate));
            publishers[message % publishers.Count].Publish(1);
        }
    }

    private void OnMessage(Publisher publisher, ReadOnlySpan<byte> message)
    {
        var now = ++delivered;
        if (Volatile.Read(ref times) is { } taken && publisher.SentAt(message) is var sentAt and > 0)
        {
            taken.Add(Stopwatch.GetTimestamp() - sentAt);
        }
        if (closesLoop && now % copies == 0)
        {
            publisher.Publish(1);
        }
    }
}

/// <summary>What the peer and this program have used of the processors since it was made.</summary>
internal sealed class Usage(Peer peer)
{
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly double cpu = peer.CpuSeconds;
    private readonly long switches = peer.Switches;
    private readonly double own = Environment.CpuUsage.TotalTime.TotalSeconds;

    public double Elapsed => Stopwatch.GetElapsedTime(started).TotalSeconds;

    public void AddTo(Measured into)
    {
        into.CpuSeconds += peer.CpuSeconds - cpu;
        into.Switches += peer.Switches - switches;
        into.OwnSeconds += Environment.CpuUsage.TotalTime.TotalSeconds - own;
        into.WallSeconds += Elapsed;
    }
}
