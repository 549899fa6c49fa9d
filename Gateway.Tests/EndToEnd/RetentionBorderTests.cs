using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>What is kept is what is served, to the very event where history begins: on a feed and on a channel, over each of the four ways.</summary>
[Category("Slow")]
public sealed class RetentionBorderTests() : ServiceTest([.. Anonymous, "--Retention:Jobs", $"{Kept}", "--Retention:Interval", "00:00:01"])
{
    private const int Kept = 32;
    private const int OfOld = 50;
    private const int OfNew = 20;

    [Test, CancelAfter(120_000)]
    public async Task History_AtItsBorder_IsServedWhole_BesideWhatHasNotEnded(CancellationToken cancellation)
    {
        await using var witness = Follower.Of("socket", Service.Http, "jobs");
        await witness.StartAsync(since: 0, epoch: null, cancellation);

        // Older than all, and needed as long as it runs: it costs the feed none of its events.
        await JobAsync("running", reports: 0);
        await JobAsync("old", OfOld);
        await JobAsync("new", OfNew);
        var all = await TakeAsync(witness, 1 + OfOld + 2 + OfNew + 2, cancellation);
        var epoch = (string)(await Service.GetAsync("api/jobs/events?since=0&limit=1"))["epoch"]!;
        await Eventually.HoldsAsync(async () => (await KeptAsync()).Count <= Kept, "retention has looked");
        Assert.That(await KeptAsync(), Has.Count.EqualTo(Kept));

        var positions = all.Select(stored => (long)stored["position"]!).ToList();
        await AssertBorderAsync("jobs", positions, first: positions.Count - Kept, epoch, cancellation);
        await AssertBorderAsync("jobs/old", [.. Enumerable.Range(1, OfOld + 2)], first: OfOld + 2 - (Kept - OfNew - 2), epoch, cancellation);
        var running = await Service.GetAsync("api/jobs/running/events?since=0");
        Assert.That(running["events"]!.AsArray().Select(stored => (string?)stored!["type"]), Is.EqualTo(new[] { "created" }));
    }

    private async Task AssertBorderAsync(string stream, List<long> cursors, int first, string epoch, CancellationToken cancellation)
    {
        var kept = cursors[first..];
        foreach (var way in Follower.Ways)
        {
            foreach (var (since, isReset) in new[] { (0, false), (cursors[first - 1], false), (cursors[first - 1] - 1, true), (cursors[first], false) })
            {
                await using var follower = Follower.Of(way, Service.Http, stream);
                var start = await follower.StartAsync(since, epoch, cancellation);
                Assert.That((bool)start["reset"]!, Is.EqualTo(isReset), $"{stream} over {way} from {since}");
                if (!isReset)
                {
                    var expected = kept.Where(cursor => cursor > since).ToList();
                    var got = await TakeAsync(follower, expected.Count, cancellation);
                    Assert.That(got.Select(stored => (long)stored[follower.CursorField]!), Is.EqualTo(expected), $"{stream} over {way} from {since}");
                }
            }
        }
    }

    private async Task<JsonArray> KeptAsync() => (await Service.GetAsync("api/jobs/events?since=0&limit=1000"))["events"]!.AsArray();

    private static async Task<List<JsonNode>> TakeAsync(Follower follower, int count, CancellationToken cancellation)
    {
        var taken = new List<JsonNode>();
        await foreach (var stored in follower.EventsAsync(cancellation))
        {
            taken.Add(stored);
            if (taken.Count == count)
            {
                break;
            }
        }

        return taken;
    }

    private async Task JobAsync(string id, int reports)
    {
        await Service.PostAsync("api/jobs", new { id, name = id, total = 100 });
        for (var done = 1; done <= reports; done++)
        {
            await Service.PostAsync($"api/jobs/{id}/events", new { type = "progress", done });
        }

        if (reports > 0)
        {
            await Service.PostAsync($"api/jobs/{id}/events", new { type = "complete" });
        }
    }
}
