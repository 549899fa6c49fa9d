using Gateway.Tests.Channels;
using Gateway.Tests.Support;

namespace Gateway.Tests.EndToEnd;

/// <summary>
/// The service is killed under two thousand pages, and all come back in the same moment, without any of the patience that the client has (that is tried in
/// virtual time, storm.test.js): each is caught up at the cost of one read.
/// </summary>
[Category("Slow")]
public sealed class ReconnectStormTests() : ServiceTest(Anonymous)
{
    private const int Pages = 2_000;
    private const int Missed = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Test]
    public async Task TwoThousandPages_AfterAKill_AreAllCaughtUp_WithOneReadEach()
    {
        await Service.PostAsync("api/jobs", new { id = "one", name = "a job", total = 1000 });
        await ReportAsync(1, 3);
        var pages = await FollowAsync("");
        await KillAndStartAsync();
        await Task.WhenAll(pages.Select(async page => await page.DisposeAsync()));
        var epoch = (string)(await Service.GetAsync("api/jobs/one"))["epoch"]!;
        await ReportAsync(4, Missed);

        var reads = await ReadsAsync();
        pages = await FollowAsync($$""","since":4,"epoch":"{{epoch}}" """);
        await Task.WhenAll(pages.Select(async page => Assert.That(await page.EventsAsync(Missed), Is.EqualTo(Enumerable.Range(5, Missed)))));
        Assert.That(await ReadsAsync() - reads, Is.InRange(1, Pages), "one short page each at most");
        await ReportAsync(4 + Missed, 1);
        await Task.WhenAll(pages.Select(async page => Assert.That(await page.EventsAsync(1), Is.EqualTo(new[] { 5L + Missed }))));
        await Task.WhenAll(pages.Select(async page => await page.DisposeAsync()));
    }

    private async Task<LivePage[]> FollowAsync(string cursor)
    {
        var address = new Uri($"ws://127.0.0.1:{Service.HttpPort}/ws");
        return await Task.WhenAll(Enumerable.Range(0, Pages).Select(async _ =>
        {
            var page = await LivePage.OpenAsync(address, Patience);
            var start = await page.AskAsync($$"""{"op":"subscribe","id":1,"channel":"jobs/one"{{cursor}}}""");
            Assert.That(((string?)start["op"], (bool?)start["reset"]), Is.EqualTo(("subscribed", (bool?)false)), start.ToJsonString());
            return page;
        }));
    }

    private async Task ReportAsync(int first, int count)
    {
        for (var done = first; done < first + count; done++)
        {
            await Service.PostAsync("api/jobs/one/events", new { type = "progress", done });
        }
    }

    private async Task<long> ReadsAsync() => (await Service.Http.GetStringAsync("metrics")).Split('\n')
        .Where(line => line.StartsWith("gateway_store_reads_total{", StringComparison.Ordinal)).Sum(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..]));
}
