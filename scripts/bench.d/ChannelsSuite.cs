using System.Globalization;

namespace Gateway.Bench;

/// <summary>The journal and its pages, with jobs as the stream that has no natural limit; beside a broker's pages where a broker can do the work.</summary>
internal sealed class ChannelsSuite(Options options) : RawSuite(options)
{
    protected override async Task MeasureAsync(CancellationToken cancellation)
    {
        if (Wants("crowd"))
        {
            await MeasureCrowdAsync(cancellation);
        }
        if (Wants("rates") || Wants("most"))
        {
            await WithEachAsync(peer => PairsAsync(peer, Options.Scanners, Options.Scanners, cancellation), traffic => MeasurePairsAsync(traffic, cancellation));
        }
        if (Wants("fanout"))
        {
            await WithEachAsync(peer => PairsAsync(peer, 1, Options.Audience, cancellation), traffic => MeasureMostAsync(
                traffic, Options.Window, $"1 → {Options.Audience} pages: frames per second", measured => measured.Delivered, cancellation));
        }
        if (Peers.OfType<GatewayPeer>().SingleOrDefault() is { } gateway)
        {
            await MeasureHistoryAsync(gateway, cancellation);
        }
    }

    private async Task MeasurePairsAsync(Dictionary<string, Traffic> traffic, CancellationToken cancellation)
    {
        foreach (var peer in Peers)
        {
            await traffic[peer.Name].AtRateAsync(2000, 2, new Measured(), cancellation);
        }
        if (Wants("rates"))
        {
            await MeasureRatesAsync(traffic, "publish → frame", cancellation);
        }
        if (Wants("most"))
        {
            await MeasureMostAsync(traffic, Options.Window, $"most frames per second, window {Options.Window}", measured => measured.Delivered, cancellation);
        }
    }

    private async Task MeasureCrowdAsync(CancellationToken cancellation)
    {
        var crowds = new Dictionary<string, Crowd>(StringComparer.Ordinal);
        foreach (var peer in Peers)
        {
            var jobs = await JobsAsync(peer, Options.Scanners);
            foreach (var count in (int[])[200, Options.Crowd])
            {
                using var crowd = crowds[peer.Name] = await Crowd.ConnectAsync(
                    peer, Receiving, count, index => peer.NewPage(jobs[index % jobs.Count], index), cancellation);
            }
        }
        Report.Gap();
        Report.Row($"{Options.Crowd} pages at once, s until all are subscribed", name => crowds[name].Seconds, "0.000");
        Report.Row("         CPU for each, µs", name => crowds[name].CpuSeconds * 1e6 / Options.Crowd, "0");
        Report.Row("         RSS for each while idle, KB", name => crowds[name].KilobytesEach, "0.0");
    }

    /// <summary>What only a journal can do.</summary>
    private async Task MeasureHistoryAsync(GatewayPeer gateway, CancellationToken cancellation)
    {
        void Row(string label, double figure, string format) => Report.Row(label, name => name == gateway.Name ? figure : null, format);

        var history = new History(gateway, Publishing, Receiving);
        if (Wants("catchup"))
        {
            var written = await history.WriteAsync(Options.Events, message: "", cancellation);
            Report.Gap();
            foreach (var pages in (int[])[1, Options.Scanners])
            {
                var caught = await history.CatchUpAsync(written, Options.Events, pages, cancellation);
                Row($"{Options.Events} events to {pages} page(s): events/s", (double)Options.Events * pages / caught.Seconds, "0");
                Row("         CPU per event, µs", caught.CpuSeconds * 1e6 / Options.Events / pages, "0.0");
                Row("         RSS grew by, MB", caught.Megabytes, "0.0");
            }
        }
        if (Wants("slow"))
        {
            var beside = await history.BesideSlowAsync(Options, cancellation);
            Report.Gap();
            Row($"{beside.Fast} pages alone, p99 ms", beside.Alone.Milliseconds(0.99), "0.00");
            Row("         beside one that takes 1 byte/s", beside.Beside.Milliseconds(0.99), "0.00");
            Row("         ratio", beside.Beside.Milliseconds(0.99) / beside.Alone.Milliseconds(0.99), "0.00");
            Row("         RSS grew by, MB", beside.Megabytes, "0.0");
            Row("         the slow one has in the end, %", beside.Complete, "0.00");
        }
        if (Wants("storm"))
        {
            var jobs = await JobsAsync(gateway, Options.Scanners);
            var storm = await history.StormAsync(jobs, Options.Crowd, cancellation);
            Report.Gap();
            Row("killed: start to ready, ms", gateway.ReadyAfter.TotalMilliseconds, "0");
            Row($"{Options.Crowd} pages back, {History.Missed} missed events each: s", storm.Seconds, "0.000");
            Row("         RSS afterwards, MB", storm.Megabytes, "0.0");
        }
    }

    private async Task<Traffic> PairsAsync(Peer peer, int publishers, int pages, CancellationToken cancellation)
    {
        var jobs = await JobsAsync(peer, publishers);
        return await ConnectAsync(
            peer,
            [.. jobs.Select(job => new Publisher(peer.MqttPort, $"to-{job}", $"jobs/{job}/events", retain: false, Payloads.JobProgress))],
            [.. Enumerable.Range(0, pages).Select(index => peer.NewPage(jobs[index * publishers / pages], index))],
            cancellation);
    }

    private static async Task<List<string>> JobsAsync(Peer peer, int count)
    {
        var jobs = new List<string>();
        for (var index = 0; index < count; index++)
        {
            jobs.Add(await peer.NewJobAsync(index));
        }
        return jobs;
    }
}
