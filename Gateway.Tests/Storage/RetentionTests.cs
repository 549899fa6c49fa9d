using Gateway.Contract;
using Gateway.Journal;
using Gateway.Storage;

namespace Gateway.Tests.Storage;

/// <summary>Old history goes, in small steps, and nothing that is still counted on.</summary>
public sealed class RetentionTests : FolderTest
{
    private ManualTime _time = null!;

    [SetUp]
    public void MakeTime() => _time = new();

    [Test]
    public async Task Events_BeyondTheirAge_Go_AndTheStateStays()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        await AddAsync(some, "one", 3);
        _time.Advance(TimeSpan.FromDays(10));
        await AddAsync(some, "one", 2);

        Assert.That(await SweepAsync(some, "7d"), Is.EqualTo(3));
        var snapshot = await some.Journal.SnapshotAsync(SomeCounter.Channel(), CancellationToken.None);
        Assert.That((snapshot!.OldestSeq, snapshot.Seq), Is.EqualTo((4, 5)));
        Assert.That(await some.Journal.CounterAsync(), Is.EqualTo(new Counter(5, 5)));
        Assert.That((await some.Journal.EventsAsync()).Select(stored => stored.Seq), Is.EqualTo(new[] { 4, 5 }));
        Assert.That((await some.Journal.AddAsync(1)).Seq, Is.EqualTo(6));
    }

    [Test]
    public async Task Channel_ThatHasNotEnded_KeepsAll_AndOthersGo()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        await some.Journal.AddAsync(-5, "unfinished");
        await AddAsync(some, "ended", 4);
        await some.Journal.AddAsync(-5, "unfinished");
        _time.Advance(TimeSpan.FromDays(10));
        await AddAsync(some, "new", 1);

        Assert.That(await SweepAsync(some, "7d"), Is.EqualTo(4));
        Assert.That(await some.Journal.EventsAsync("unfinished"), Has.Count.EqualTo(2));
        Assert.That(await some.Journal.EventsAsync("ended"), Is.Empty);
    }

    [Test]
    public async Task Feed_BeginsWhereItsHistoryDoes()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        await AddAsync(some, "one", 4);
        await AddAsync(some, "two", 4);
        await SweepAsync(some, "5");

        var feed = await some.Journal.ListAsync("counters", null, 10, CancellationToken.None);
        Assert.That((feed.OldestPosition, feed.Position), Is.EqualTo((4, 8)));
        Assert.That(Judge(2), Is.EqualTo(new Resume(8, ResetCause.NotKept)));
        Assert.That(Judge(3), Is.EqualTo(new Resume(3, ResetCause.None)));

        Resume Judge(long cursor) => new Cursor(some.Journal.Epoch, cursor).Judge(some.Journal.Epoch, feed.Position, feed.OldestPosition);
    }

    [Test]
    public async Task NewestEvent_Stays_SoThatPositionsRiseOverARestart()
    {
        await using (var some = SomeJournal.Open(Folder, _time))
        {
            await AddAsync(some, "one", 3);
            _time.Advance(TimeSpan.FromDays(10));
            await SweepAsync(some, "1d");
        }

        await using var after = SomeJournal.Open(Folder, _time);
        Assert.That((await after.Journal.AddAsync(1)).Position, Is.EqualTo(4));
    }

    [Test]
    public async Task Pruning_OfThousands_GoesInSteps_BesideWhoWrites()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        await some.Journal.WriteAsync(transaction =>
        {
            for (var i = 0; i < 3_000; i++)
            {
                transaction.Append(SomeCounter.Channel($"c{i % 7}"), SomeCounter.Add(1));
            }

            return 0;
        });
        var sweeping = SweepAsync(some, "10");
        var written = await some.Journal.AddAsync(1);
        await sweeping;
        await SweepAsync(some, "10");

        Assert.That(written.Position, Is.EqualTo(3_001));
        Assert.That(await some.Journal.ReadFeedAsync("counters", 0, 10_000, CancellationToken.None), Has.Count.EqualTo(10));
    }

    [Test]
    public async Task Keys_OfPrunedEvents_AreStillKnown()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        await some.Journal.WriteAsync(transaction =>
        {
            transaction.Remember("door-1", "7-1", transaction.Append(SomeCounter.Channel(), SomeCounter.Add(1)).Position, "x");
            return 0;
        });
        await AddAsync(some, "one", 5);
        await SweepAsync(some, "1");

        Assert.That(await some.Journal.WriteAsync(transaction => transaction.Seen("door-1", "7-1")), Is.EqualTo(new SeenKey(1, "x")));
    }

    [Test]
    public async Task Documents_WhoseTimeIsOver_Go_AndOthersStay()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        await some.Journal.WriteAsync(transaction =>
        {
            transaction.Documents.Put("answers", "old", ContractJson.Write(new { until = transaction.Now.AddHours(1) }));
            transaction.Documents.Put("answers", "new", ContractJson.Write(new { until = transaction.Now.AddHours(3) }));
            transaction.Documents.Put("others", "old", ContractJson.Write(new { until = transaction.Now.AddHours(1) }));
            return 0;
        });
        _time.Advance(TimeSpan.FromHours(2));
        await SweepAsync(some, "all");

        Assert.That(some.Journal.Documents("answers").Select(document => document.Key), Is.EqualTo(new[] { "new" }));
        Assert.That(some.Journal.Documents("others"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Pruning_ThatACrashInterrupts_LeavesHeadsAndEventsInAgreement()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        await AddAsync(some, "one", 5);
        await SweepAsync(some, "2");
        await some.Journal.AddAsync(1);

        using var crashed = Folder.Copy();
        await using var after = SomeJournal.Open(crashed, _time);
        Assert.That((await after.Journal.EventsAsync()).Select(stored => stored.Seq), Is.EqualTo(new[] { 4, 5, 6 }));
        Assert.That((await after.Journal.AddAsync(1)).Seq, Is.EqualTo(7));
    }

    private static async Task AddAsync(SomeJournal some, string channel, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await some.Journal.AddAsync(1, channel);
        }
    }

    private static async Task<long> SweepAsync(SomeJournal some, string counters)
    {
        Assert.That(RetentionRule.TryParse(counters, out var rule), Is.True);
        await using var retention = some.Retention(new(kind => kind == "counters" ? rule : RetentionRule.Everything, ["answers"], TimeSpan.FromHours(1)));
        return await retention.SweepAsync(CancellationToken.None);
    }
}
