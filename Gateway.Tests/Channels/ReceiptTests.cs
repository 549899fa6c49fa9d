using Gateway.Channels;
using Gateway.Journal;
using Gateway.Modules.Jobs;
using Gateway.Modules.Rooms;

namespace Gateway.Tests.Channels;

/// <summary>Receipts of kinds that keep them are the same after a restart; those of others begin anew.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ReceiptTests
{
    private static readonly IChannelKind[] Kinds = [new JobKind(), new RoomKind()];
    private static readonly StreamName Room = StreamName.Of(ChannelName.Of("rooms", "one"));
    private static readonly StreamName Job = StreamName.Of(ChannelName.Of("jobs", "one"));

    private readonly ManualTime _time = new();
    private readonly MemoryReceipts _store = new();

    [Test]
    public async Task Receipts_AfterARestart_AreWhatTheyWere_WithTheirFirstTimes()
    {
        var first = _time.GetUtcNow();
        var before = await LineAsync(Start(), Room);
        before.Connected();
        before.Sent(0, 3);
        before.Acknowledge(2);
        _time.Advance(TimeSpan.FromHours(1));
        var line = await LineAsync(Start(), Room);
        line.Connected();
        line.Sent(0, 4);
        line.Acknowledge(4);

        var again = (await Start().OfAsync(Room, CancellationToken.None)).Single();
        Assert.That((again.Subscriber, again.User), Is.EqualTo(("tab", "ada")));
        Assert.That(again.Of(2), Is.EqualTo(new Receipt(first, first, first)));
        Assert.That(again.Of(3), Is.EqualTo(new Receipt(first, first, _time.GetUtcNow())));
        Assert.That(again.Of(4), Is.EqualTo(new Receipt(_time.GetUtcNow(), _time.GetUtcNow(), _time.GetUtcNow())));
    }

    [Test]
    public async Task ReadMark_ImpliesAcknowledged_KeepsTheTimeOfEach_AndOutlivesARestart()
    {
        var first = _time.GetUtcNow();
        var before = await LineAsync(Start(), Room);
        before.Read(2);
        _time.Advance(TimeSpan.FromHours(1));
        before.Read(4);
        before.Read(1);

        var again = (await Start().OfAsync(Room, CancellationToken.None)).Single();
        Assert.That(again.Of(2), Is.EqualTo(new Receipt(null, null, first, first)));
        Assert.That(again.Of(3), Is.EqualTo(new Receipt(null, null, _time.GetUtcNow(), _time.GetUtcNow())));
        Assert.That(again.Of(5), Is.EqualTo(new Receipt(null, null, null, null)));
    }

    [Test]
    public async Task Times_OfThousandsOfMessages_AreThoseOfEach()
    {
        var start = _time.GetUtcNow();
        var line = await LineAsync(Start(), Room);
        line.Connected();
        for (var seq = 1; seq <= 6_000; seq++)
        {
            line.Sent(seq - 1, seq);
            line.Acknowledge(seq);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var again = (await Start().OfAsync(Room, CancellationToken.None)).Single();
        foreach (var seq in new[] { 1, 2, 257, 3_000, 5_999, 6_000 })
        {
            var at = start + TimeSpan.FromSeconds(seq - 1);
            Assert.That(line.Of(seq), Is.EqualTo(new Receipt(start, at, at)));
            Assert.That(again.Of(seq), Is.EqualTo(new Receipt(start, at, at)));
        }

        Assert.That(line.Of(6_001).Sent, Is.Null);
    }

    [Test]
    public async Task EventsOfOneMoment_TakeOnePlace()
    {
        var start = _time.GetUtcNow();
        var line = await LineAsync(Start(), Room);
        line.Sent(0, 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        for (var seq = 2; seq <= 20_000; seq++)
        {
            line.Sent(seq - 1, seq);
        }

        Assert.That((line.Of(1).Sent, line.Of(2).Sent, line.Of(20_000).Sent), Is.EqualTo((start, _time.GetUtcNow(), _time.GetUtcNow())));
    }

    [Test]
    public async Task Times_OfAFastFeed_AreKeptOfTheNewest_SoThatThousandsOfPagesMayFollowIt()
    {
        var start = _time.GetUtcNow();
        var line = await LineAsync(Start(), Job);
        for (var seq = 1; seq <= 1_000; seq++)
        {
            line.Sent(seq - 1, seq);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(line.Of(1).Sent, Is.GreaterThan(start), "one with what came behind it");
        Assert.That(line.Of(745).Sent, Is.EqualTo(start.AddSeconds(744)));
    }

    [Test]
    public async Task PageThatBeganWithWhatIsNew_AndFetchesWhatWasBefore_WasSentBoth_EachAtItsTime()
    {
        var first = _time.GetUtcNow();
        var (second, third) = (first.AddHours(1), first.AddHours(2));
        var line = await LineAsync(Start(), Room);
        line.Connected();
        line.Sent(5, 6);
        _time.Advance(TimeSpan.FromHours(1));
        line.Sent(7, 9);
        line.Sent(0, 3);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(line.Of(4).Sent, Is.Null);
        line.Sent(0, 10);

        var again = (await Start().OfAsync(Room, CancellationToken.None)).Single();
        DateTimeOffset[] sent = [second, second, second, third, third, first, third, second, second, third];
        Assert.That(Enumerable.Range(1, 10).Select(seq => line.Of(seq).Sent!.Value), Is.EqualTo(sent));
        Assert.That(Enumerable.Range(1, 10).Select(seq => again.Of(seq).Sent!.Value), Is.EqualTo(sent));
        Assert.That((line.Since, again.Since), Is.EqualTo((first, first)));
    }

    [Test]
    public async Task Receipts_OfAJobOrAFeed_AreInMemoryOnly()
    {
        (await LineAsync(Start(), Job)).Sent(0, 3);
        (await LineAsync(Start(), StreamName.FeedOf("rooms"))).Sent(0, 3);

        Assert.That(_store.Ranges, Is.Empty);
    }

    [Test]
    public async Task Subscriber_WhoIsThere_IsNotForgotten_HoweverManyComeAndGo()
    {
        var receipts = Start();
        var first = await LineAsync(receipts, Job);
        first.Connected();
        for (var i = 0; i < 2_000; i++)
        {
            var passing = await receipts.LineAsync(Job, $"page-{i}", "eve", CancellationToken.None);
            passing.Connected();
            passing.Disconnected();
            await receipts.LineAsync(Job, "poller", "bob", CancellationToken.None);
        }

        first.Sent(0, 3);
        var known = await receipts.OfAsync(Job, CancellationToken.None);
        Assert.That(known[0], Is.SameAs(first));
        Assert.That(known.Select(line => line.Subscriber), Does.Contain("poller").And.Contain("page-1999"));
        Assert.That(known, Has.Count.LessThanOrEqualTo(256));
    }

    [Test]
    public async Task Stream_ThatIsFollowed_IsNotForgotten_HoweverManyOthersAre()
    {
        var receipts = Start();
        (await LineAsync(receipts, Job)).Connected();
        for (var i = 0; i < 10_000; i++)
        {
            await LineAsync(receipts, StreamName.Of(ChannelName.Of("jobs", $"j{i}")));
        }

        Assert.That(receipts.Of(Job), Has.Count.EqualTo(1));
        Assert.That(receipts.Of(StreamName.Of(ChannelName.Of("jobs", "j0"))), Is.Empty);
        Assert.That(receipts.Of(StreamName.Of(ChannelName.Of("jobs", "j9999"))), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Subscribers_WhoAreAllThere_AreAllKnown()
    {
        var receipts = Start();
        for (var i = 0; i < 600; i++)
        {
            (await receipts.LineAsync(Job, $"page-{i}", "ada", CancellationToken.None)).Connected();
        }

        Assert.That(await receipts.OfAsync(Job, CancellationToken.None), Has.Count.EqualTo(600));
    }

    [Test]
    public async Task SubscriberOfTheSameName_ButAnotherUser_IsAnother()
    {
        var receipts = Start();
        (await receipts.LineAsync(Room, "tab", "ada", CancellationToken.None)).Acknowledge(3);
        await receipts.LineAsync(Room, "tab", "eve", CancellationToken.None);

        Assert.That((await receipts.OfAsync(Room, CancellationToken.None)).Select(line => line.Of(3).Acknowledged is null), Is.EqualTo(new[] { false, true }));
    }

    private Receipts Start() => new(_store, Kinds, _time);

    private static ValueTask<ReceiptLine> LineAsync(Receipts receipts, StreamName name) => receipts.LineAsync(name, "tab", "ada", CancellationToken.None);
}
