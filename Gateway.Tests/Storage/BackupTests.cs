using System.Reflection;
using Gateway.Broker;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Storage;

/// <summary>A copy while it runs, and back again.</summary>
public sealed class BackupTests : FolderTest
{
    private string Backup => Folder.In("backup.db");

    [Test]
    public async Task Copy_UnderConstantWriting_IsConsistent()
    {
        await using var some = SomeJournal.Open(Folder);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await some.Journal.AddAsync(1);
            }
        });
        await Eventually.HoldsAsync(async () => (await some.Journal.EventsAsync()).Count > 20, "it is being written");
        SqliteCopy.Write(Folder.Database, Backup);
        await stop.CancelAsync();
        await writing;

        var (copy, state) = (Ask(Backup, "SELECT COUNT(*) FROM events"), Ask(Backup, "SELECT seq FROM channels"));
        Assert.That(Ask(Backup, "PRAGMA integrity_check"), Is.EqualTo("ok"));
        Assert.That(copy, Is.GreaterThan(20).And.EqualTo(state), "the head is that of the events");
    }

    [Test]
    public void Copy_OntoAFileThatExists_IsRefused()
    {
        File.WriteAllText(Backup, "precious");

        Assert.That(() => SqliteCopy.Write(Folder.Database, Backup), Throws.InstanceOf<SettingException>().With.Message.Contains("exists already"));
        Assert.That(File.ReadAllText(Backup), Is.EqualTo("precious"));
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "modes are of Unix")]
    public async Task Copy_IsReadableByItsOwnerAlone()
    {
        await using var some = SomeJournal.Open(Folder);
        SqliteCopy.Write(Folder.Database, Backup);

        Assert.That(OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Backup), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task Restore_BringsBackWhatWas_UnderANewEpoch_AndKeepsTheOldAside()
    {
        var epoch = await WriteAndCopyAsync();
        await using (var later = SomeJournal.Open(Folder))
        {
            await later.Journal.AddAsync(100);
        }

        var restored = Restore();
        await using var some = SomeJournal.Open(Folder);
        Assert.That(await some.Journal.CounterAsync(), Is.EqualTo(new Counter(3, 2)));
        Assert.That(some.Journal.Epoch, Is.EqualTo(restored.Epoch).And.Not.EqualTo(epoch));
        Assert.That((await some.Journal.AddAsync(1)).Seq, Is.EqualTo(3), "it goes on without a gap");
        Assert.That(Ask(Path.Combine(restored.Aside!, SqliteFile.Name), "SELECT COUNT(*) FROM events"), Is.EqualTo(3));
    }

    [Test]
    public async Task Restore_EndsSessions_WhoseClientsRememberOtherwise()
    {
        await using (var some = SomeJournal.Open(Folder))
        {
            var written = new TaskCompletionSource();
            some.Broker.Submit(new SessionWork(written));
            await written.Task;
            await some.Journal.AddAsync(1);
            await some.Journal.EventsAsync();
            SqliteCopy.Write(Folder.Database, Backup);
        }

        Assert.That(Restore().Sessions, Is.EqualTo(1));
        await using var after = SomeJournal.Open(Folder);
        Assert.That(after.Broker.LoadSessions(), Is.Empty);
    }

    [Test]
    public async Task Restore_IntoAnEmptyFolder_NeedsNothingAside()
    {
        await WriteAndCopyAsync();
        Directory.Delete(Folder.Path, recursive: true);

        Assert.That(Restore().Aside, Is.Null);
        await using var some = SomeJournal.Open(Folder);
        Assert.That(await some.Journal.CounterAsync(), Is.EqualTo(new Counter(3, 2)));
    }

    [Test]
    public async Task Restore_WhileTheServiceRuns_IsRefused()
    {
        await WriteAndCopyAsync();
        await using var running = SomeJournal.Open(Folder);

        Assert.That(Restore, Throws.InstanceOf<SettingException>().With.Message.Contains("in use by another gateway"));
        Assert.That(await running.Journal.CounterAsync(), Is.EqualTo(new Counter(3, 2)));
    }

    [TestCase("no database at all", "is no backup of a gateway")]
    [TestCase(null, "There is no file")]
    public async Task Restore_OfWhatIsNoBackup_ChangesNothing(string? content, string sentence)
    {
        await WriteAndCopyAsync();
        File.Delete(Backup);
        if (content is not null)
        {
            File.WriteAllText(Backup, content);
        }

        Assert.That(Restore, Throws.InstanceOf<SettingException>().With.Message.Contains(sentence));
        await using var some = SomeJournal.Open(Folder);
        Assert.That(await some.Journal.CounterAsync(), Is.EqualTo(new Counter(3, 2)));
    }

    [Test]
    public void Restore_OfAnotherProgramsDatabase_IsRefused()
    {
        Ask(Backup, "CREATE TABLE meta (x)");

        Assert.That(Restore, Throws.InstanceOf<SettingException>().With.Message.Contains("a database of something else"));
    }

    [Test]
    public async Task Restore_OfANewerSchema_IsRefused_AndTheOldStays()
    {
        await WriteAndCopyAsync();
        Ask(Backup, "PRAGMA user_version = 999");

        Assert.That(Restore, Throws.InstanceOf<SettingException>().With.Message.Contains("newer version"));
        await using var some = SomeJournal.Open(Folder);
        Assert.That(await some.Journal.CounterAsync(), Is.EqualTo(new Counter(3, 2)));
    }

    [Test]
    public async Task Restore_ThatWasInterrupted_DoesNotStartAsAnEmptyJournal()
    {
        await WriteAndCopyAsync();
        Directory.CreateDirectory(SqliteFile.StagingOf(Folder.Path));
        File.Delete(Folder.Database);

        Assert.That(() => SomeJournal.Open(Folder), Throws.InstanceOf<SettingException>().With.Message.Contains("interrupted"));
        Assert.That(Restore().Position, Is.EqualTo(2));
    }

    [Test]
    public async Task Database_OfTheFirstSchema_IsMigrated_WithAllThatIsInIt()
    {
        Directory.CreateDirectory(Folder.Path);
        Ask(Folder.Database, "PRAGMA journal_mode = WAL");
        Ask(Folder.Database, FirstMigration());
        Ask(Folder.Database, """
            PRAGMA user_version = 1;
            INSERT INTO meta VALUES ('epoch', 'old');
            INSERT INTO channels (name, kind, seq, position, state) VALUES ('counters/one', 'counters', 2, 2, CAST('{"sum":7,"events":2}' AS BLOB));
            INSERT INTO events VALUES (1, 1, 'counters', 1, 'add', 0, CAST('{"by":3}' AS BLOB));
            INSERT INTO events VALUES (2, 1, 'counters', 2, 'add', 0, CAST('{"by":4}' AS BLOB));
            INSERT INTO seen_keys VALUES ('door-1', '7-1', 2, 'x')
            """);

        await using var some = SomeJournal.Open(Folder);
        Assert.That(some.Journal.Epoch, Is.EqualTo("old"));
        Assert.That(await some.Journal.CounterAsync(), Is.EqualTo(new Counter(7, 2)));
        Assert.That((await some.Journal.AddAsync(1)).Position, Is.EqualTo(3));
        Assert.That(await some.Journal.WriteAsync(transaction => transaction.Seen("door-1", "7-1")), Is.EqualTo(new SeenKey(2, "x")));
    }

    private static string FirstMigration()
    {
        using var reader = new StreamReader(
            Assembly.GetAssembly(typeof(SqliteFile))!.GetManifestResourceStream("Gateway.Storage.Sqlite.Migrations.0001_journal.sql")!);
        return reader.ReadToEnd();
    }

    private static object? Ask(string database, string sql)
    {
        SystemSqlite.Use();
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        return command.ExecuteScalar();
    }

    private Restored Restore() => SqliteRestore.Run(Folder.Path, Backup, Some.Now, NullLogger.Instance);

    private async Task<string> WriteAndCopyAsync()
    {
        await using var some = SomeJournal.Open(Folder);
        await some.Journal.AddAsync(1);
        await some.Journal.AddAsync(2);
        await some.Journal.EventsAsync();
        SqliteCopy.Write(Folder.Database, Backup);
        return some.Journal.Epoch;
    }

    private sealed class SessionWork(TaskCompletionSource written) : IBrokerWork
    {
        public void Write(IBrokerWrites writes) => writes.PutSession(new("panel", "admin", 3600, null, null, null, 0));

        public void Completed(Exception? failure) => written.SetResult();
    }
}
