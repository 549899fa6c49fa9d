using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Gateway.Bench;

/// <summary>Pages that read what is stored: after an absence, slowly, or all at once.</summary>
internal sealed class History(GatewayPeer gateway, Reactor publishing, Reactor receiving)
{
    public const int Missed = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>A job with so many events.</summary>
    public async Task<string> WriteAsync(int events, string message, CancellationToken cancellation)
    {
        var job = await gateway.NewJobAsync(0);
        using var publisher = NewPublisher(job, message);
        publishing.Add(publisher);
        await Crowd.ReadyAsync([publisher], cancellation);
        await WriteAsync(publisher, events, cancellation);
        return job;
    }

    public async Task<CaughtUp> CatchUpAsync(string job, int events, int pages, CancellationToken cancellation)
    {
        var before = gateway.Megabytes;
        var (cpu, most) = (gateway.CpuSeconds, before);
        var started = Stopwatch.GetTimestamp();
        List<ChannelLink> links = [.. Enumerable.Range(0, pages).Select(_ => new ChannelLink(gateway.PagePort, $"jobs/{job}", ",\"since\":0"))];
        foreach (var link in links)
        {
            receiving.Add(link);
        }
        await UntilAsync(() => links.TrueForAll(link => Has(link, events)), () => most = Math.Max(most, gateway.Megabytes), cancellation);
        var caught = new CaughtUp(Stopwatch.GetElapsedTime(started).TotalSeconds, gateway.CpuSeconds - cpu, most - before);
        links.ForEach(link => link.Dispose());
        return caught;
    }

    /// <summary>The same stream to many pages that read at once, without and with one that hardly reads; then the slow one reads on.</summary>
    public async Task<BesideSlow> BesideSlowAsync(Options options, CancellationToken cancellation)
    {
        const int backlog = 10_000; // more than any socket's buffers hold
        const int rate = 20;
        const int fast = 500;
        var seconds = Math.Max(4, options.Seconds);
        var job = await WriteAsync(backlog, new string('x', 1000), cancellation);
        var publisher = NewPublisher(job, "");
        List<ChannelLink> links = [.. Enumerable.Range(0, fast).Select(_ => new ChannelLink(gateway.PagePort, $"jobs/{job}"))];
        links.ForEach(receiving.Add);
        publishing.Add(publisher);
        await Crowd.ReadyAsync([.. links, publisher], cancellation);
        using var traffic = new Traffic(gateway, [publisher], links);
        await traffic.AtRateAsync(rate, 2, new Measured(), cancellation);

        var (alone, beside) = (new Measured(), new Measured());
        using var slow = new ChannelLink(gateway.PagePort, $"jobs/{job}", ",\"since\":0", receiveBuffer: 4096);
        var before = gateway.Megabytes;
        using var enough = new CancellationTokenSource();
        Task sipping = Task.CompletedTask;
        for (var round = 0; round < 2 * Math.Max(options.Rounds, 1); round++)
        {
            if (round == Math.Max(options.Rounds, 1))
            {
                receiving.Add(slow);
                await Crowd.ReadyAsync([slow], cancellation);
                slow.Hold();
                sipping = SipAsync(slow, enough.Token);
            }
            await traffic.AtRateAsync(rate, seconds, round < options.Rounds ? alone : beside, cancellation);
        }
        var grown = gateway.Megabytes - before;
        await enough.CancelAsync();
        await sipping;
        slow.GoOn();
        var events = 1 + backlog + publisher.Acknowledged; // the first tells of the job itself
        await UntilAsync(() => Has(slow, events), () => { }, cancellation);
        return new BesideSlow(fast, alone.Frames, beside.Frames, grown, 100.0 * slow.Frames / events);
    }

    /// <summary>All pages lose the service at once, and each comes back where it was, with some events missed.</summary>
    public async Task<CaughtUp> StormAsync(IReadOnlyList<string> jobs, int pages, CancellationToken cancellation)
    {
        List<string> places = [];
        foreach (var job in jobs)
        {
            using var first = new ChannelLink(gateway.PagePort, $"jobs/{job}");
            using var publisher = NewPublisher(job, "");
            receiving.Add(first);
            publishing.Add(publisher);
            await Crowd.ReadyAsync([first, publisher], cancellation);
            using var opening = JsonDocument.Parse(first.Opening);
            places.Add($",\"since\":{opening.RootElement.GetProperty("seq").GetInt64()},\"epoch\":\"{opening.RootElement.GetProperty("epoch").GetString()}\"");
            await WriteAsync(publisher, Missed, cancellation);
        }
        await gateway.RestartAsync(cancellation);
        var cpu = gateway.CpuSeconds;
        var started = Stopwatch.GetTimestamp();
        List<ChannelLink> links = [.. Enumerable.Range(0, pages).Select(index =>
            new ChannelLink(gateway.PagePort, $"jobs/{jobs[index % jobs.Count]}", places[index % jobs.Count]))];
        links.ForEach(receiving.Add);
        await UntilAsync(() => links.TrueForAll(link => Has(link, Missed)), () => { }, cancellation);
        var storm = new CaughtUp(Stopwatch.GetElapsedTime(started).TotalSeconds, gateway.CpuSeconds - cpu, gateway.Megabytes);
        if (links.Find(link => link.Frames != Missed || Encoding.UTF8.GetString(link.Opening).Contains("\"reset\":true", StringComparison.Ordinal)) is { } wrong)
        {
            throw new IOException($"a page got {wrong.Frames} events instead of {Missed}: {Encoding.UTF8.GetString(wrong.Opening)}");
        }
        links.ForEach(link => link.Dispose());
        return storm;
    }

    private Publisher NewPublisher(string job, string message) =>
        new(gateway.MqttPort, $"to-{job}-{message.Length}", $"jobs/{job}/events", retain: false, number => Payloads.JobProgress(number, message));

    private static async Task WriteAsync(Publisher publisher, int events, CancellationToken cancellation)
    {
        var left = events;
        publisher.Acknowledgements = count =>
        {
            var more = Math.Min(count, left);
            left -= more;
            publisher.Publish(more);
        };
        var first = Math.Min(events, 512);
        left -= first;
        publisher.Publish(first);
        await UntilAsync(() => publisher.Failure is { } failure ? throw failure : publisher.Acknowledged >= events, () => { }, cancellation);
    }

    private static bool Has(ChannelLink link, int events) => link.Failure is { } failure ? throw new IOException(failure.Message) : link.Frames >= events;

    private static async Task SipAsync(ChannelLink slow, CancellationToken enough)
    {
        var one = new byte[1];
        while (!enough.IsCancellationRequested)
        {
            slow.ReadSome(one);
            await Task.Delay(TimeSpan.FromSeconds(1), enough).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static async Task UntilAsync(Func<bool> holds, Action look, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        for (var turn = 0; !holds(); turn++)
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new TimeoutException("what was stored has not arrived in ten minutes");
            }
            if (turn % 25 == 0)
            {
                look();
            }
            await Task.Delay(2, cancellation);
        }
    }
}

internal sealed record CaughtUp(double Seconds, double CpuSeconds, double Megabytes);

internal sealed record BesideSlow(int Fast, Times Alone, Times Beside, double Megabytes, double Complete);
