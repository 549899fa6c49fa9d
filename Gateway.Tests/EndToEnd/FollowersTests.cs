using System.Net.Http.Json;
using System.Net.WebSockets;

namespace Gateway.Tests.EndToEnd;

/// <summary>Pages attached by each of the four ways while the service is killed again and again: what they were shown is what the journal holds.</summary>
[Category("Slow")]
public sealed class FollowersTests() : ServiceTest(Anonymous)
{
    private const int Kills = 3;
    private const int ReportsPerLife = 40;

    // Replaced at each kill; completed when the service is back.
    private TaskCompletionSource _back = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _back = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await Service.PostAsync("api/jobs", new { id = "one", name = "a job", total = 1000 });
    }

    [Test, CancelAfter(180_000)]
    public async Task KillAgainAndAgain_EveryWay_ShowsWhatTheJournalHolds(CancellationToken cancellation)
    {
        const int Last = 1 + ((Kills + 1) * ReportsPerLife);
        var followers = Follower.Ways.SelectMany(way => new[] { (way, "jobs/one"), (way, "jobs") })
            .Select(one => FollowAsync(one.way, one.Item2, Last, cancellation)).ToList();
        for (var life = 0; life <= Kills; life++)
        {
            if (life > 0)
            {
                await KillAsync();
            }

            await ReportAsync(life, cancellation);
        }

        foreach (var shown in await Task.WhenAll(followers))
        {
            Assert.That(shown, Is.EqualTo(Enumerable.Range(1, Last)));
        }

        var journal = await Service.GetAsync($"api/jobs/one/events?limit=1000");
        Assert.That(journal["events"]!.AsArray().Select(stored => (long)stored!["seq"]!), Is.EqualTo(Enumerable.Range(1, Last)));
    }

    [Test, CancelAfter(120_000)]
    public async Task Restore_EveryWay_BeginsAnewWithTheState_AndGoesOn(CancellationToken cancellation)
    {
        var backup = Folder.In("backup.db");
        await File.WriteAllBytesAsync(backup, await Service.Http.GetByteArrayAsync("api/backup", cancellation), cancellation);
        await ReportAsync(life: 0, cancellation);
        var epoch = (string?)(await Service.GetAsync("api/jobs/one"))["epoch"];
        await Service.TerminateAsync();
        var (code, output) = await GatewayFixture.RunToEndAsync(Folder.Path, "restore", backup, "--Data:Path", Folder.Path);
        Assert.That(code, Is.Zero, output);
        await StartAgainAsync();

        var followers = Follower.Ways.SelectMany(way => new[] { "jobs/one", "jobs" }.Select(stream => Follower.Of(way, Service.Http, stream))).ToList();
        foreach (var follower in followers)
        {
            // Below what was there and above what is; by its number alone the former would fit again one day.
            foreach (var since in new[] { 1, ReportsPerLife })
            {
                await using var asked = Follower.Of("get", Service.Http, follower.Stream);
                Assert.That((bool)(await asked.StartAsync(since, epoch, cancellation))["reset"]!, $"{follower.Stream} after {since}");
            }

            var start = await follower.StartAsync(1, epoch, cancellation);
            Assert.That(((bool)start["reset"]!, (string?)start["epoch"] == epoch, start["state"] is null), Is.EqualTo((true, false, false)), follower.Stream);
        }

        await ReportAsync(life: 1, cancellation);
        foreach (var follower in followers)
        {
            var shown = await follower.EventsAsync(cancellation).Take(ReportsPerLife).Select(stored => (long)stored["seq"]!).ToListAsync(cancellation);
            Assert.That(shown, Is.EqualTo(Enumerable.Range(2, ReportsPerLife)), follower.Stream);
            await follower.DisposeAsync();
        }
    }

    private async Task ReportAsync(int life, CancellationToken cancellation)
    {
        for (var i = 1; i <= ReportsPerLife; i++)
        {
            var done = (life * ReportsPerLife) + i;
            using var answer = await Service.Http.PostAsJsonAsync(
                "api/jobs/one/events", new { type = "progress", done, key = $"k{done}" }, cancellation);
            answer.EnsureSuccessStatusCode();
        }
    }

    // The last report was acknowledged a moment ago, and may be on its way to the pages just now.
    private async Task KillAsync()
    {
        await KillAndStartAsync();
        var back = _back;
        _back = new(TaskCreationOptions.RunContinuationsAsynchronously);
        back.SetResult();
    }

    /// <summary>The seqs that the page was shown, over as many connections as it took.</summary>
    private async Task<List<long>> FollowAsync(string way, string stream, int last, CancellationToken cancellation)
    {
        var shown = new List<long>();
        var cursor = 0L;
        string? epoch = null;
        while (true)
        {
            var (service, back) = (Service, _back.Task);
            try
            {
                await using var follower = Follower.Of(way, service.Http, stream);
                var start = await follower.StartAsync(cursor, epoch, cancellation);
                Assert.That((bool)start["reset"]!, Is.False, $"{way} {stream} after {cursor}");
                epoch = (string?)start["epoch"];
                await foreach (var stored in follower.EventsAsync(cancellation))
                {
                    cursor = (long)stored[follower.CursorField]!;
                    shown.Add((long)stored["seq"]!);
                    if (shown.Count == last)
                    {
                        return shown;
                    }
                }
            }
            catch (Exception cut) when (cut is HttpRequestException or WebSocketException or IOException or ObjectDisposedException
                || (cut is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                TestContext.Out.WriteLine($"{way} {stream}: cut at {cursor}, {cut.GetType().Name}");
            }

            await back.WaitAsync(cancellation);
        }
    }
}
