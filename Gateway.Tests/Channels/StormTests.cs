using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>All pages of a school at once, as after a restart: everyone is caught up, at the cost of a page of events each.</summary>
[Category("Slow")]
public sealed class StormTests
{
    private const int Pages = 2_000;
    private static readonly ChannelName Job = ChannelName.Of("jobs", "one");

    [Test]
    public async Task TwoThousandPagesComingBackAtOnce_AreAllCaughtUp_AndLeaveNothingBehind()
    {
        await using var live = await LiveFixture.StartAsync(new() { MaxConnectionsPerAddress = 0 });
        live.Journal.Append(Job, 5);
        var pages = await Task.WhenAll(Enumerable.Range(0, Pages).Select(_ => live.OpenPageAsync(patience: TimeSpan.FromMinutes(2))));
        await Task.WhenAll(pages.Select(async page =>
        {
            await page.AskAsync("""{"op":"subscribe","channel":"jobs/one","since":2,"epoch":"e1"}""");
            Assert.That(await page.EventsAsync(3), Is.EqualTo(new[] { 3L, 4, 5 }));
        }));
        await Eventually.HoldsAsync(() => live.Connections.All().All(one => one.Follows is [{ Progress.IsLive: true }]), "all are live");
        var reads = live.Journal.Reads;
        live.Journal.Append(Job);
        await Task.WhenAll(pages.Select(async page => Assert.That(await page.EventsAsync(1), Is.EqualTo(new[] { 6L }))));

        Assert.That(reads, Is.EqualTo(Pages), "one short page each");
        Assert.That(live.Journal.Reads, Is.EqualTo(reads), "what is live is not read");
        foreach (var page in pages)
        {
            page.Abort();
            await page.DisposeAsync();
        }

        await Eventually.HoldsAsync(() => live.Sockets.Connections == 0, "all are gone");
        Assert.That((live.Hub.Streams, live.Attendance.Channels, live.Presence.Streams, live.Connections.Count), Is.EqualTo((0, 0, 0, 0)));
    }
}
