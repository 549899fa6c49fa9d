using Gateway.Journal;
using Gateway.Storage.Sqlite;

namespace Gateway.Tests.Storage;

/// <summary>What was promised and is not in the database yet: it comes back after a crash, whole batches only, and nothing else does.</summary>
public sealed class RedoLogTests : FolderTest
{
    // Never moves: nothing is settled because of it.
    private readonly ManualTime _time = new();

    [Test]
    public async Task Promised_AfterACrash_IsBack_WithItsState()
    {
        await using var running = SomeJournal.Open(Folder, _time);
        await running.Journal.AddAsync(3);
        await running.Journal.AddAsync(4);
        await running.Journal.WriteAsync(transaction =>
        {
            transaction.Remember("scope", "key", 2, "fingerprint");
            transaction.Documents.Put("c", "kept", "1"u8.ToArray());
            return true;
        });

        using var crashed = Folder.Copy();
        await using var after = SomeJournal.Open(crashed);

        Assert.That(await after.Journal.CounterAsync(), Is.EqualTo(new Counter(7, 2)));
        Assert.That((await after.Journal.AddAsync(1)).Position, Is.EqualTo(3));
        Assert.That(await after.Journal.WriteAsync(transaction => transaction.Seen("scope", "key")), Is.EqualTo(new SeenKey(2, "fingerprint")));
        Assert.That(after.Journal.Documents("c"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Promised_AfterTwoCrashes_IsThereOnce()
    {
        await using var running = SomeJournal.Open(Folder, _time);
        await running.Journal.AddAsync(3);
        await running.Journal.CounterAsync();
        await running.Journal.AddAsync(4);

        using var first = Folder.Copy();
        await using var between = SomeJournal.Open(first, _time);
        await between.Journal.AddAsync(5);
        using var second = first.Copy();
        await using var after = SomeJournal.Open(second);

        Assert.That(await after.Journal.CounterAsync(), Is.EqualTo(new Counter(12, 3)));
    }

    [Test]
    public async Task LastBatch_TornByTheCrash_IsNotThere_AndThoseBeforeAre()
    {
        await using var running = SomeJournal.Open(Folder, _time);
        await running.Journal.AddAsync(1);
        var whole = Folder.LogUsed();
        await running.Journal.AddAsync(2);
        var torn = Folder.LogUsed();

        Assert.That(torn, Is.GreaterThan(whole));
        for (var cut = whole; cut < torn; cut += 7)
        {
            using var crashed = Folder.Copy();
            crashed.SpoilLog(cut);
            await using var after = SomeJournal.Open(crashed);
            Assert.That(await after.Journal.CounterAsync(), Is.EqualTo(new Counter(1, 1)), $"spoiled at {cut}");
        }
    }

    [Test]
    public async Task Log_CutShortByACopy_GivesWhatItStillHas()
    {
        await using var running = SomeJournal.Open(Folder, _time);
        await running.Journal.AddAsync(1);
        await running.Journal.AddAsync(2);

        using var copied = Folder.Copy();
        using (var log = new FileStream(copied.Log, FileMode.Open))
        {
            log.SetLength(log.Length - 7);
        }

        await using var after = SomeJournal.Open(copied);
        Assert.That(await after.Journal.CounterAsync(), Is.EqualTo(new Counter(3, 2)));
        Assert.That(new FileInfo(copied.Log).Length, Is.EqualTo(RedoFile.Capacity), "it is as long as it was made");
    }

    [Test]
    public async Task Log_OfAnotherDatabase_IsPassedOver()
    {
        using var other = new SomeFolder();
        await using (var running = SomeJournal.Open(other, _time))
        {
            await running.Journal.AddAsync(100);
            using var crashed = other.Copy();
            await using (SomeJournal.Open(Folder))
            {
                // made, and closed
            }

            File.Copy(crashed.Log, Folder.Log, overwrite: true);
        }

        await using var after = SomeJournal.Open(Folder);
        Assert.That(await after.Journal.SnapshotAsync(SomeCounter.Channel(), CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task Thrower_BehindPromisedBatches_TakesNothingOfThemAway()
    {
        await using var running = SomeJournal.Open(Folder, _time);
        await running.Journal.AddAsync(3);
        await running.Journal.AddAsync(4, "other");
        var broken = running.Journal.WriteAsync<StoredEvent>(transaction =>
        {
            transaction.Append(SomeCounter.Channel(), SomeCounter.Add(100));
            throw new FormatException("a defect of the decision");
        });

        Assert.That(async () => await broken, Throws.InstanceOf<FormatException>());
        Assert.That((await running.Journal.AddAsync(5)).Position, Is.EqualTo(3));

        using var crashed = Folder.Copy();
        await using var after = SomeJournal.Open(crashed);
        foreach (var journal in new[] { running.Journal, after.Journal })
        {
            Assert.That(await journal.CounterAsync(), Is.EqualTo(new Counter(8, 2)));
            Assert.That(await journal.CounterAsync("other"), Is.EqualTo(new Counter(4, 1)));
        }
    }

    [Test]
    public async Task Batch_LargerThanTheLog_IsOnDiskAllTheSame()
    {
        await using var running = SomeJournal.Open(Folder, _time);
        await running.Journal.AddAsync(1);
        await running.Journal.WriteAsync(transaction =>
        {
            transaction.Documents.Put("c", "large", new byte[9 * 1024 * 1024]);
            return true;
        });
        await running.Journal.AddAsync(2);

        using var crashed = Folder.Copy();
        for (var turn = 0; turn < 3; turn++)
        {
            await running.Writer.SettleAsync();
            await running.Journal.AddAsync(1);
        }

        Assert.That(Folder.Logs.Select(log => new FileInfo(log).Length), Is.All.EqualTo(RedoFile.Capacity), "it takes no more room than before");
        await using var after = SomeJournal.Open(crashed);

        Assert.That(after.Journal.Documents("c").Single().Value, Has.Length.EqualTo(9 * 1024 * 1024));
        Assert.That(await after.Journal.CounterAsync(), Is.EqualTo(new Counter(3, 2)));
    }

    [Test]
    public async Task Log_FilledManyTimes_LosesNothing()
    {
        await using var running = SomeJournal.Open(Folder, _time);
        var body = new byte[300 * 1024];
        for (var i = 0; i < 64; i++)
        {
            body[0] = (byte)i;
            var key = $"{i:00}";
            await running.Journal.WriteAsync(transaction =>
            {
                transaction.Documents.Put("c", key, body);
                return true;
            });
        }

        using var crashed = Folder.Copy();
        await using var after = SomeJournal.Open(crashed);

        Assert.That(after.Journal.Documents("c").Select(document => (int)document.Value[0]), Is.EqualTo(Enumerable.Range(0, 64)));
    }
}
