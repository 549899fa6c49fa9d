using Gateway.Journal;
using Gateway.Storage;
using Gateway.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Storage;

/// <summary>
/// The redo log's files take turns while the database's commits are not on disk yet: whatever a crash leaves of the database at any step, what was
/// promised is back.
/// </summary>
public sealed class RedoTurnTests : FolderTest
{
    // Never moves: nothing is settled because of it.
    private readonly ManualTime _time = new();
    private SomeSync _sync = null!;

    [SetUp]
    public void MakeSync() => _sync = new();

    [TearDown]
    public void RemoveSync() => _sync.Dispose();

    [Test]
    public async Task Crash_AtEachStepOfATurn_LosesNothingPromised()
    {
        await using var running = Open();
        using var kept = Folder.Copy();
        _sync.LetOne();
        await running.Journal.AddAsync(1);
        await CrashesKeepAsync(kept, 1, "promised, in the first file");

        await running.Writer.SettleAsync();
        await CrashesKeepAsync(kept, 1, "committed, and not on disk");

        await running.Journal.AddAsync(2);
        await CrashesKeepAsync(kept, 3, "promised, in the second file, while the first is still needed");

        var settled = running.Writer.SettleAsync();
        await CrashesKeepAsync(kept, 3, "waiting for the disk");
        Assert.That(settled.IsCompleted, Is.False, "the first file is not written over before its commit is on disk");

        using var keptNow = Folder.Copy();
        _sync.LetOne();
        await settled;
        await running.Journal.AddAsync(4);
        await CrashesKeepAsync(keptNow, 7, "the first file again");
        _sync.LetAll();
    }

    [Test]
    public async Task Start_AfterACrashInTheMiddleOfATurn_MayCrashToo()
    {
        await using var running = Open();
        using var kept = Folder.Copy();
        _sync.LetAll();
        await running.Journal.AddAsync(1);
        await running.Writer.SettleAsync();
        await running.Journal.AddAsync(2);
        using var first = Crashed(kept);

        await using (var between = SomeJournal.Open(first, _time))
        {
            using var second = first.Copy();
            await between.Journal.AddAsync(4);
            using var third = first.Copy();
            await using var afterSecond = SomeJournal.Open(second);
            await using var afterThird = SomeJournal.Open(third);
            Assert.That(await afterSecond.Journal.CounterAsync(), Is.EqualTo(new Counter(3, 2)));
            Assert.That(await afterThird.Journal.CounterAsync(), Is.EqualTo(new Counter(7, 3)));
        }
    }

    [Test]
    public async Task Batch_ThatWasRefused_IsNotBack_WhenTheDatabaseLosesTheCommitBehindIt()
    {
        using var file = SqliteFile.Open(Folder.Path, NullLogger.Instance, sync: _sync.Flush);
        using var session = new SqliteWriteSession(file, [new CountingKind()], [], _time);
        using var kept = Folder.Copy();
        _sync.LetAll();
        Add(session, 1);
        session.Commit();
        Add(session, 100);
        _sync.FailOnceForRedo();
        Assert.That(session.Commit, Throws.InstanceOf<StoreException>());
        session.Rollback();
        session.Settle();
        // It has the position that the refused one would have had.
        Add(session, 2);
        session.Commit();

        await CrashesKeepAsync(kept, 3, "the refused one is in neither file");
    }

    [Test]
    public async Task DatabaseLog_WhoseSyncFails_IsCarriedOver_AndNothingIsLost()
    {
        await using var running = Open();
        _sync.FailsForDatabase = true;
        _sync.LetAll();
        for (var turn = 0; turn < 5; turn++)
        {
            await running.Journal.AddAsync(1);
            await running.Writer.SettleAsync();
        }

        await running.Journal.AddAsync(1);
        using var crashed = Folder.Copy();
        File.Delete(crashed.Database + "-wal");
        await using var after = SomeJournal.Open(crashed);
        Assert.That((await after.Journal.CounterAsync()).Sum, Is.EqualTo(6));
    }

    [Test]
    public async Task DatabaseLog_WhoseSyncFails_BehindAReader_LetsNothingBeWrittenOver_UntilTheReaderIsGone()
    {
        await using var running = Open();
        await running.Journal.AddAsync(1);
        using var kept = Folder.Copy();
        long promised = 1;
        await using (var reader = await ReadingAsync())
        {
            _sync.FailsForDatabase = true;
            _sync.LetAll();
            Assert.That(async () => promised = await AddUntilRefusedAsync(running, promised), Throws.Nothing);
            Assert.That(running.Writer.Failure, Has.Message.Contains("the disk did not take it"));
            await CrashesKeepAsync(kept, promised, "nothing was promised that only the doubtful log has");
        }

        await GoesOnAsync(running);
        Assert.That((await running.Journal.CounterAsync()).Sum, Is.EqualTo(promised));
    }

    private static void Add(SqliteWriteSession session, long by) => session.Begin().Journal.Append(SomeCounter.Channel(), SomeCounter.Add(by));

    private SomeJournal Open() => SomeJournal.Open(Folder, _time, sync: _sync.Flush);

    private async Task<SqliteConnection> ReadingAsync()
    {
        var reader = new SqliteConnection($"Data Source={Folder.Database};Pooling=False;Mode=ReadOnly");
        await reader.OpenAsync();
        await using var command = reader.CreateCommand();
        command.CommandText = "BEGIN; SELECT COUNT(*) FROM events";
        await command.ExecuteScalarAsync();
        return reader;
    }

    private static async Task<long> AddUntilRefusedAsync(SomeJournal running, long promised)
    {
        for (; ; promised++)
        {
            try
            {
                await running.Journal.AddAsync(1);
                await running.Writer.SettleAsync();
            }
            catch (Exception refused) when (refused is JournalUnavailableException or StoreException)
            {
                return refused is StoreException ? promised + 1 : promised;
            }
        }
    }

    /// <summary>The backoff is the clock's.</summary>
    private Task GoesOnAsync(SomeJournal running) => Eventually.HoldsAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return running.Writer.Failure is null;
        },
        "it writes again");

    /// <summary>Whether the crash left all, or no more of the database than was on disk for certain.</summary>
    private async Task CrashesKeepAsync(SomeFolder kept, long sum, string step)
    {
        using var whole = Folder.Copy();
        using var lost = Crashed(kept);
        foreach (var crashed in new[] { whole, lost })
        {
            await using var after = SomeJournal.Open(crashed);
            Assert.That((await after.Journal.CounterAsync()).Sum, Is.EqualTo(sum), $"{step}, {(crashed == lost ? "lost" : "there")}");
        }
    }

    /// <summary>The database as it was kept, and the redo log as it is now.</summary>
    private SomeFolder Crashed(SomeFolder kept)
    {
        using var now = Folder.Copy();
        var crashed = kept.Copy();
        foreach (var part in RedoLog.Parts)
        {
            File.Copy(now.Database + part, crashed.Database + part, overwrite: true);
        }

        return crashed;
    }
}
