using Gateway.Channels;
using Gateway.Journal;
using Gateway.Tests.Support;

namespace Gateway.Tests.Channels;

/// <summary>
/// One page takes a byte now and then, beside five hundred that read: those get everything at once, nothing is held for the slow one but its bounded queue,
/// and in the end it has everything too. How fast the others are meanwhile, and that memory is flat, is measured by the bench.
/// </summary>
[Category("Slow")]
public sealed class SlowReaderTests
{
    private const int Fast = 500;
    private const int Rounds = 40;
    private const int EventsOfARound = 50;
    private const int EventBytes = 8_000;

    private static readonly ChannelName Wide = ChannelName.Of("jobs", "wide");
    private static readonly ChannelName Job = ChannelName.Of("jobs", "one");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Test]
    public async Task PageThatTakesAByteNowAndThen_SlowsNobody_IsHeldNothing_AndEndsComplete()
    {
        var options = new ChannelOptions { MaxConnectionsPerAddress = 0 };
        await using var live = await LiveFixture.StartAsync(options);
        live.Journal.Append(Job);
        using var line = new DrippingLine();
        await using var slow = await live.OpenPageAsync(patience: Patience, line: line.Line);
        await slow.AskAsync("""{"op":"subscribe","channel":"jobs","client":"slow"}""");
        line.Tighten();
        var fast = await Task.WhenAll(Enumerable.Range(0, Fast).Select(_ => live.OpenPageAsync(patience: Patience)));
        await Task.WhenAll(fast.Select(page => page.AskAsync("""{"op":"subscribe","channel":"jobs/one"}""")));
        for (var round = 1; round <= Rounds; round++)
        {
            for (var i = 1; i < EventsOfARound; i++)
            {
                live.Journal.AppendLarge(Wide, EventBytes);
            }

            live.Journal.Append(Job);
            line.Drop();
            var next = new[] { round + 1L };
            await Task.WhenAll(fast.Select(async page => Assert.That(await page.EventsAsync(1), Is.EqualTo(next))));
            Assert.That(ProgressOf(live).Queued, Is.LessThanOrEqualTo(options.QueueCapacity));
        }

        var progress = ProgressOf(live);
        Assert.That((progress.IsLive, progress.Lag > Rounds * EventsOfARound / 2), Is.EqualTo((false, true)), $"it is far behind: {progress}");
        line.Open();
        Assert.That(await slow.EventsAsync(Rounds * EventsOfARound, "position"), Is.EqualTo(Enumerable.Range(2, Rounds * EventsOfARound)));
        await Task.WhenAll(fast.Append(slow).Select(page => page.CloseAsync()));
        await Eventually.HoldsAsync(() => live.Sockets.Connections == 0, "all have left");
        Assert.That((live.Hub.Streams, live.Attendance.Channels, live.Presence.Streams, live.Connections.Count), Is.EqualTo((0, 0, 0, 0)));
    }

    private static Progress ProgressOf(LiveFixture live) =>
        live.Connections.All().SelectMany(connection => connection.Follows).Single(followed => followed.Client == "slow").Progress;
}
