using Gateway.Contract;
using Gateway.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Storage;

/// <summary>What a start makes of a database that nobody closed.</summary>
public sealed class IntegrityTests : FolderTest
{
    // As a kill leaves it.
    private SomeFolder _crashed = null!;

    private string Crashed => _crashed.Path;

    [SetUp]
    public void MakeCrashed() => _crashed = new();

    [TearDown]
    public void RemoveCrashed() => _crashed.Dispose();

    [Test]
    public void Database_ThatWasClosed_IsNotLookedThrough()
    {
        using (var made = Open(Folder.Path))
        {
            Assert.That(made.WasClosedCleanly, Is.True, "a new one has nothing to look through");
        }

        using var file = Open(Folder.Path);
        Assert.That(file.WasClosedCleanly, Is.True);
    }

    [Test]
    public async Task Database_AfterAKill_IsLookedThroughBesideTheService_AndFoundWhole()
    {
        await KillAsync(events: 50);
        using var file = Open(Crashed);
        using var check = new IntegrityCheck(file, NullLogger<IntegrityCheck>.Instance);
        check.Start();
        await check.Ended;

        Assert.That((file.WasClosedCleanly, check.Damage), Is.EqualTo((false, (string?)null)));
    }

    [Test]
    public async Task Database_WhoseNewestEventsDisagree_IsRefused_WithWhatToDo()
    {
        await KillAsync(events: 50);
        Run("DELETE FROM events WHERE seq = 40");

        Assert.That(
            () => Open(Crashed),
            Throws.InstanceOf<SettingException>().With.Message.Contains("counters/one").And.Message.Contains("gateway restore FILE"));
    }

    [Test]
    public async Task Database_ThatLacksAnOldEvent_TurnsHealthRed_ByItsChannel()
    {
        await KillAsync(events: 1_200);
        Run("DELETE FROM events WHERE seq = 5");
        using var file = Open(Crashed);
        using var check = new IntegrityCheck(file, NullLogger<IntegrityCheck>.Instance);
        check.Start();
        await check.Ended;

        Assert.That(check.Damage, Does.Contain("counters/one").And.Contain("gateway restore FILE"));
    }

    [Test]
    public async Task Database_WithForeignBytesInIt_IsRefusedOrFoundDamaged_NeverServedInSilence()
    {
        await KillAsync(events: 1_200);
        Run("PRAGMA wal_checkpoint(TRUNCATE)");
        Overwrite(Path.Combine(Crashed, SqliteFile.Name));

        Assert.That(await WhatIsSaidAsync(), Does.Contain("damaged").And.Contain("restore"));
    }

    [Test]
    public async Task Check_ThatTheStopInterrupts_Ends()
    {
        await KillAsync(events: 1_200);
        using var file = Open(Crashed);
        var check = new IntegrityCheck(file, NullLogger<IntegrityCheck>.Instance);
        check.Start();
        check.Dispose();

        Assert.That(check.Damage, Is.Null);
    }

    [Test]
    public async Task Log_OfMuchWriting_IsCarriedIntoTheDatabase_BesideTheWriter()
    {
        await using var some = SomeJournal.Open(Folder);
        await AppendAsync(some, 20_000);

        await Eventually.HoldsAsync(() => new FileInfo(Folder.Database).Length > 500_000, "the database has what its log had");
        Assert.That(await some.Journal.EventsAsync(), Has.Count.EqualTo(20_000));
    }

    [Test]
    public async Task Log_OfSteadyWriting_IsBegunAnew_RatherThanGrowForEver()
    {
        await using var some = SomeJournal.Open(Folder);
        await AppendAsync(some, 100);
        await some.Journal.EventsAsync();
        var begun = TimesBegun();

        await Eventually.HoldsAsync(
            async () =>
            {
                await AppendAsync(some, 5_000);
                await some.Journal.SnapshotAsync(SomeCounter.Channel(), CancellationToken.None);
                return TimesBegun() > begun;
            },
            "the log begins anew");
    }

    private static SqliteFile Open(string folder) => SqliteFile.Open(folder, NullLogger.Instance);

    private static Task<int> AppendAsync(SomeJournal some, int events) => some.Journal.WriteAsync(transaction =>
    {
        for (var i = 0; i < events; i++)
        {
            transaction.Append(SomeCounter.Channel(), SomeCounter.Add(1));
        }

        return events;
    });

    /// <summary>The number of checkpoints in the header of SQLite's log.</summary>
    private uint TimesBegun()
    {
        using var log = new FileStream($"{Folder.Database}-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[32];
        log.ReadExactly(header);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12));
    }

    // In the middle, where pages of events are; the header and the schema are whole.
    private static void Overwrite(string database)
    {
        using var file = new FileStream(database, FileMode.Open, FileAccess.ReadWrite);
        for (var at = file.Length / 2; at < file.Length - 4096; at += 4096)
        {
            file.Position = at;
            file.Write(new byte[512]);
        }
    }

    private async Task<string> WhatIsSaidAsync()
    {
        try
        {
            using var file = Open(Crashed);
            using var check = new IntegrityCheck(file, NullLogger<IntegrityCheck>.Instance);
            check.Start();
            await check.Ended;
            return check.Damage ?? "nothing";
        }
        catch (SettingException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>Leaves the files as a kill would have.</summary>
    private async Task KillAsync(int events)
    {
        await using var some = SomeJournal.Open(Folder);
        await AppendAsync(some, events);
        await some.Journal.EventsAsync();
        _crashed.Dispose();
        _crashed = Folder.Copy();
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(Crashed, SqliteFile.Name)};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
