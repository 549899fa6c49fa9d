using System.Diagnostics;
using Gateway.Journal;
using Gateway.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Storage;

/// <summary>Real files that do not take a write: nothing is acknowledged, health says why in words, and it goes on by itself when the cause is gone.</summary>
[Category("Slow")]
public sealed class FailingDiskTests : FolderTest
{
    [Test]
    public async Task DatabaseLockedByAnotherProgram_AcknowledgesNothing_AndRecovers()
    {
        await using var some = SomeJournal.Open(Folder);
        await some.Journal.AddAsync(1);
        await some.Journal.EventsAsync();
        await using (var other = new SqliteConnection($"Data Source={Folder.Database};Pooling=False"))
        {
            await other.OpenAsync();
            Run(other, "BEGIN IMMEDIATE");
            Assert.That(async () => await some.Journal.AddAsync(10), Throws.InstanceOf<JournalUnavailableException>());
            Assert.That(some.Writer.Failure, Has.Message.StartsWith("another process holds the database locked"));
        }

        await RecoversAsync(some, sum: 1);
    }

    [Test]
    [Platform(Include = "Linux", Reason = "mounts a small disk")]
    public async Task FullDisk_AcknowledgesNothing_KeepsWhatItDid_AndRecovers()
    {
        using var disk = SmallDisk.Mount(Folder.Path);
        await using var some = SomeJournal.Open(Folder);
        var acknowledged = await some.Journal.AddAsync(1);
        await some.Journal.EventsAsync();
        disk.Fill();
        var accepted = await WriteUntilRefusedAsync(some.Journal);
        await Eventually.HoldsAsync(() => some.Writer.Failure is not null, "health is red");
        Assert.That(some.Writer.Failure, Has.Message.Contains("disk is full").And.Message.Contains("goes on by itself"));
        disk.Free();

        await RecoversAsync(some, sum: acknowledged.Seq + accepted);
    }

    [Test]
    [Platform(Include = "Linux", Reason = "mounts a small disk")]
    public void DiskMountedToBeReadOnly_IsRefusedAtTheStart_ByTheNameOfItsSetting()
    {
        using var disk = SmallDisk.Mount(Folder.Path);
        disk.MakeReadOnly();

        Assert.That(
            () => Gateway.Storage.Sqlite.SqliteFile.Open(Folder.Path, NullLogger.Instance),
            Throws.InstanceOf<Gateway.Contract.SettingException>().With.Message.StartsWith("Data:Path: "));
    }

    /// <summary>How many were acknowledged before one was refused: the log in front of the database takes some although the disk is full.</summary>
    private static async Task<long> WriteUntilRefusedAsync(IJournal journal)
    {
        for (var accepted = 0L; ; accepted++)
        {
            try
            {
                await journal.WriteAsync(transaction =>
                {
                    transaction.Documents.Put("fill", $"{transaction.NewId()}", new byte[20_000]);
                    return transaction.Append(SomeCounter.Channel(), SomeCounter.Add(1));
                });
            }
            catch (JournalUnavailableException)
            {
                return accepted;
            }
        }
    }

    private static async Task RecoversAsync(SomeJournal some, long sum)
    {
        await Eventually.HoldsAsync(() => some.Writer.Failure is null, "health is green by itself");
        Assert.That((await some.Journal.CounterAsync()).Sum, Is.EqualTo(sum), "what was acknowledged, and nothing else");
        Assert.That((await some.Journal.AddAsync(1)).Seq, Is.EqualTo((await some.Journal.EventsAsync()).Count));
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>A small disk in memory; only who may mount can have one.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string _path;

        private SmallDisk(string path) => _path = path;

        private string Filler => Path.Combine(_path, "filler");

        public static SmallDisk Mount(string path)
        {
            Directory.CreateDirectory(path);
            if (Run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", path) != 0)
            {
                Assert.Ignore("this user may not mount a disk");
            }

            return new(path);
        }

        /// <summary>To the last block.</summary>
        public void Fill()
        {
            using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            try
            {
                while (true)
                {
                    filler.Write(new byte[4096]);
                }
            }
            catch (IOException full)
            {
                TestContext.Out.WriteLine(full.Message);
            }
        }

        public void Free() => File.Delete(Filler);

        public void MakeReadOnly() => Assert.That(Run("mount", "-o", "remount,ro", _path), Is.Zero);

        public void Dispose() => Run("umount", "-l", _path);

        private static int Run(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode;
        }
    }
}
