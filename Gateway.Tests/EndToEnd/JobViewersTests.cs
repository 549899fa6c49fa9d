using System.Diagnostics;

namespace Gateway.Tests.EndToEnd;

/// <summary>Fast jobs and many who look at them.</summary>
public sealed class JobViewersTests
{
    private const int Jobs = 50;
    private const int Viewers = 100;
    private const int Updates = 5_000;
    private const int UpdatesOfAJob = Updates / Jobs;

    private const int AtOnce = 10;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    // All jobs together: 1,000 updates a second.
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(AtOnce * Jobs / 1_000.0);

    // Of the service, all in all: a request and a commit; what the viewers cost is little beside that. Stated generously, for machines of any speed.
    private static readonly TimeSpan MostOfAnUpdate = TimeSpan.FromMilliseconds(4);

    [Test]
    [Category("Slow")]
    public async Task FastJobs_ForViewersOfTheState_CostAFewFrames_AndEveryViewerEndsOnTheTruth()
    {
        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAnonymousAsync(folder.Path);
        for (var job = 0; job < Jobs; job++)
        {
            await service.PostAsync("/api/jobs", new { id = $"job-{job}", name = "fast", total = UpdatesOfAJob });
        }

        var pages = await Task.WhenAll(Enumerable.Range(0, Viewers).Select(viewer => OpenAsync(service, $"jobs/job-{viewer % Jobs}")));
        using var process = Process.GetProcessById(service.Id);
        var (watch, before) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        var watching = pages.Select(LastStateAsync).ToList();
        await Task.WhenAll(Enumerable.Range(0, Jobs).Select(job => WorkAsync(service, $"jobs/job-{job}")));
        var seen = await Task.WhenAll(watching);

        process.Refresh();
        var cpu = process.TotalProcessorTime - before;
        var frames = seen.Sum(viewer => viewer.Frames);
        await TestContext.Out.WriteLineAsync(
            $"{Updates} updates in {watch.Elapsed.TotalSeconds:F1} s, {Viewers} viewers, {frames} frames; "
            + $"CPU {cpu.TotalSeconds:F2} s, {cpu.TotalMicroseconds / Updates:F0} µs an update");
        Assert.That(cpu / Updates, Is.LessThan(MostOfAnUpdate));

        // One now, one every so often, and the last: whatever the number of updates.
        var most = (int)(watch.Elapsed / Every) + 3;
        foreach (var (state, count) in seen)
        {
            Assert.That((state, count <= most), Is.EqualTo(("succeeded 100 100", true)), $"{count} frames, at most {most}");
        }

        for (var job = 0; job < Jobs; job++)
        {
            Assert.That((long?)(await service.GetAsync($"/api/jobs/job-{job}"))["seq"], Is.EqualTo(UpdatesOfAJob + 2), "each update is an event all the same");
        }

        foreach (var page in pages)
        {
            await page.DisposeAsync();
        }
    }

    private static async Task<ManualPage> OpenAsync(GatewayFixture service, string channel)
    {
        var page = await ManualPage.OpenAsync(service);
        await page.SendAsync(new { op = "subscribe", id = 1, channel, every = (int)Every.TotalMilliseconds });
        await page.NextAsync("subscribed");
        return page;
    }

    private static async Task WorkAsync(GatewayFixture service, string channel)
    {
        // Whatever order they arrive in, none is shown that is behind another.
        var updates = Enumerable.Range(1, UpdatesOfAJob).Select(done => new { type = "progress", done, key = $"{done}" }).ToList();
        using var pace = new PeriodicTimer(Pace);
        foreach (var batch in updates.Chunk(AtOnce))
        {
            await pace.WaitForNextTickAsync();
            await Task.WhenAll(batch.Reverse().Select(update => service.PostAsync($"/api/{channel}/events", update)));
        }

        await service.PostAsync($"/api/{channel}/events", new { type = "complete" });
    }

    private static async Task<(string State, int Frames)> LastStateAsync(ManualPage page)
    {
        for (var frames = 1; ; frames++)
        {
            var state = (await page.NextAsync("state"))["state"]!;
            if ((string?)state["state"] != "running")
            {
                return ($"{state["state"]} {state["done"]} {state["percent"]}", frames);
            }
        }
    }
}
