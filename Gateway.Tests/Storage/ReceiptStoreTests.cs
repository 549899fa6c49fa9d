using Gateway.Journal;
using Gateway.Storage;
using Gateway.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Gateway.Tests.Storage;

/// <summary>Receipts over restarts, on a real file.</summary>
public sealed class ReceiptStoreTests : FolderTest
{
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);

    private ManualTime _time = null!;

    [SetUp]
    public void MakeTime() => _time = new();

    [Test]
    public async Task Ranges_AfterReopen_AreStillKnown()
    {
        var sent = Range("kiosk", 0, 3, connected: _time.GetUtcNow());
        var acknowledged = Range("kiosk", 0, 2, step: ReceiptStep.Acknowledged, user: "ada");
        await using (var before = await OpenAsync())
        {
            before.Receipts.Keep(sent);
            before.Receipts.Keep(acknowledged);
        }

        await using var after = SomeJournal.Open(Folder, _time);
        Assert.That(await OfAsync(after), Is.EqualTo(new[] { sent, acknowledged }));
    }

    [Test]
    public async Task ReadMarks_OfAnOlderSchema_BecomeReceipts_WithTheirTimes()
    {
        var room = ChannelName.Of("rooms", "one");
        var at = _time.GetUtcNow() + TimeSpan.FromMilliseconds(7);
        await using (var before = SomeJournal.Open(Folder, _time))
        {
            await before.Journal.WriteAsync(transaction =>
            {
                transaction.Append(room, EventDraft.Of("created", new { name = "maths", by = "admin" }));
                transaction.Documents.Put("rooms-read", "one", Gateway.Contract.ContractJson.Write(new { ada = new { seq = 1, at } }));
                return 0;
            });
        }

        using (var connection = new SqliteConnection($"Data Source={Path.Combine(Folder.Path, "gateway.db")};Pooling=False"))
        {
            connection.Open();
            using var back = connection.CreateCommand();
            back.CommandText = "PRAGMA user_version = 4";
            back.ExecuteNonQuery();
        }

        await using var after = SomeJournal.Open(Folder, _time);
        var marks = await after.Receipts.OfAsync(room, CancellationToken.None);
        Assert.That(marks, Is.EqualTo(new[] { ReceiptStep.Acknowledged, ReceiptStep.Read }
            .Select(step => new ReceiptRange(new(room, "http-ada", "ada", step), 0, 1, at, Connected: null))));
        Assert.That(after.Journal.Documents("rooms-read"), Is.Empty);
    }

    [Test]
    public async Task Range_NotOnDiskYet_IsToldAllTheSame()
    {
        await using var some = await OpenAsync();
        some.Receipts.Keep(Range("kiosk", 0, 3));

        Assert.That(await OfAsync(some), Is.EqualTo(new[] { Range("kiosk", 0, 3) }));
    }

    [Test]
    public async Task FramesOfOneMoment_AreOneRange_AndThoseOfAnotherAnother()
    {
        await using var some = await OpenAsync();
        some.Receipts.Keep(Range("kiosk", 0, 1));
        some.Receipts.Keep(Range("kiosk", 1, 2));
        some.Receipts.Keep(Range("phone", 1, 2));
        var later = _time.GetUtcNow() + TimeSpan.FromMilliseconds(50);
        some.Receipts.Keep(Range("kiosk", 2, 3) with { At = later });

        Assert.That(await OfAsync(some), Is.EqualTo(new[] { Range("kiosk", 0, 2), Range("kiosk", 2, 3) with { At = later }, Range("phone", 1, 2) }));
    }

    [Test]
    public async Task Ranges_AreWrittenTogether_AMomentLater()
    {
        var commits = 0;
        var some = SomeJournal.Open(Folder, _time, around: session => new CountingSession(session, () => commits++));
        await some.Journal.AddAsync(1);
        for (var i = 0; i < 100; i++)
        {
            some.Receipts.Keep(Range($"page-{i}", 0, 1));
        }

        _time.Advance(Gathering);
        await some.DisposeAsync();

        Assert.That(commits, Is.EqualTo(2), "one for the event and one for all receipts");
    }

    [Test]
    public async Task Ranges_ThatComeWithoutAPause_AreOnDisk_AMomentLater()
    {
        var commits = 0;
        await using var some = SomeJournal.Open(Folder, _time, around: session => new CountingSession(session, () => Interlocked.Increment(ref commits)));
        await some.Journal.AddAsync(1);
        var before = commits;
        for (var i = 0; i < 20; i++)
        {
            some.Receipts.Keep(Range("kiosk", i, i + 1));
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await Eventually.HoldsAsync(() => Volatile.Read(ref commits) > before, "what was noted two seconds ago is written, though there is always more");
    }

    [Test]
    public async Task Ranges_WhileTheDiskIsFull_AreKeptInMemory_AndWrittenAfterwards()
    {
        var range = Range("kiosk", 0, 1);
        SomeDisk disk = null!;
        await using (var some = SomeJournal.Open(Folder, _time, around: session => disk = new(session)))
        {
            await some.Journal.AddAsync(1);
            await some.Journal.EventsAsync();
            disk.IsFull = true;
            some.Receipts.Keep(range);
            _time.Advance(Gathering);
            await Eventually.HoldsAsync(() => some.Writer.Failure is not null, "the write has failed");
            Assert.That(await OfAsync(some), Is.EqualTo(new[] { range }));
            disk.IsFull = false;
            await Eventually.HoldsAsync(
                () =>
                {
                    _time.Advance(Gathering);
                    return some.Writer.Failure is null;
                },
                "the store is found well");
        }

        await using var after = SomeJournal.Open(Folder, _time);
        Assert.That(await OfAsync(after), Is.EqualTo(new[] { range }));
    }

    [Test]
    public async Task Line_WithVeryManyRanges_KeepsItsNewest_AndTheOldestAsOne()
    {
        const int More = 600;
        var step = TimeSpan.FromSeconds(1);
        await using (var some = await OpenAsync())
        {
            for (var i = 0; i < SqliteReceiptRows.MaxRanges + More; i++)
            {
                some.Receipts.Keep(Range("kiosk", i, i + 1) with { At = Some.Now + (i * step) });
                if (i % 500 == 0)
                {
                    _time.Advance(Gathering);
                    await OfAsync(some);
                }
            }
        }

        await using var after = SomeJournal.Open(Folder, _time);
        var kept = await OfAsync(after);
        Assert.That(kept, Has.Count.InRange(SqliteReceiptRows.MaxRanges, SqliteReceiptRows.MaxRanges + 256));
        Assert.That((kept[0].After, kept[^1].Through), Is.EqualTo((0, SqliteReceiptRows.MaxRanges + More)));
        Assert.That(kept.Skip(1).Zip(kept, (next, last) => next.After == last.Through), Has.All.True, "no seq is without its range");
    }

    [Test]
    public async Task Range_OfAChannelThatIsNowhere_IsNotKept()
    {
        await using (var some = await OpenAsync())
        {
            some.Receipts.Keep(Range("kiosk", 0, 1) with { Line = new(SomeCounter.Channel("nowhere"), "kiosk", null, ReceiptStep.Sent) });
        }

        await using var after = SomeJournal.Open(Folder, _time);
        Assert.That(await after.Receipts.OfAsync(SomeCounter.Channel("nowhere"), CancellationToken.None), Is.Empty);
    }

    private static ValueTask<IReadOnlyList<ReceiptRange>> OfAsync(SomeJournal some) =>
        some.Receipts.OfAsync(SomeCounter.Channel(), CancellationToken.None);

    private ReceiptRange Range(
        string subscriber, long after, long through, ReceiptStep step = ReceiptStep.Sent, string? user = null, DateTimeOffset? connected = null) =>
        new(new(SomeCounter.Channel(), subscriber, user, step), after, through, _time.GetUtcNow(), connected);

    private async Task<SomeJournal> OpenAsync()
    {
        var some = SomeJournal.Open(Folder, _time);
        await some.Journal.AddAsync(1);
        return some;
    }

    private sealed class CountingSession(IWriteSession session, Action committed) : IWriteSession
    {
        public StoreTransaction Begin() => session.Begin();

        public void Commit()
        {
            session.Commit();
            committed();
        }

        public void Rollback() => session.Rollback();

        public int Unsettled => session.Unsettled;

        public bool IsSettlingDue => session.IsSettlingDue;

        public void Settle() => session.Settle();

        public void Dispose() => session.Dispose();
    }
}
