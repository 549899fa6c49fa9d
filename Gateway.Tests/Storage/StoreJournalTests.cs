using FsCheck;
using FsCheck.Fluent;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Tests.Storage;

/// <summary>The journal on a real SQLite file.</summary>
public sealed class StoreJournalTests : FolderTest
{
    [Test]
    public async Task Seq_UnderConcurrentWriters_HasNoGap_AndPositionOnlyRises()
    {
        await using var some = SomeJournal.Open(Folder);
        string[] channels = ["a", "b", "c"];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++)
            {
                await some.Journal.AddAsync(1, channels[(writer + i) % channels.Length]);
            }
        })));

        var feed = await some.Journal.ReadFeedAsync("counters", after: 0, limit: 10_000, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(feed.Select(stored => stored.Position), Is.EqualTo(Enumerable.Range(1, 480)), "positions in the order of the feed");
            foreach (var channel in feed.GroupBy(stored => stored.Channel.Id))
            {
                Assert.That(channel.Select(stored => stored.Seq), Is.EqualTo(Enumerable.Range(1, 160)), channel.Key);
            }
        });
    }

    [Test]
    public void State_InTheSnapshot_IsTheFoldOfTheEvents() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll<(byte Channel, int By)[][]>(history =>
            FoldsBackAsync(history).GetAwaiter().GetResult()));

    [Test]
    public async Task Key_RememberedTwice_RefusesThatWorkAlone_AndTheStoreIsWell()
    {
        await using var some = SomeJournal.Open(Folder);

        // One batch or several: who stands beside the one that is refused is written.
        var before = some.Journal.AddAsync(1);
        var twice = RememberTwiceAsync(some.Journal);
        var after = some.Journal.AddAsync(1);

        Assert.That(async () => await twice, Throws.InvalidOperationException.With.Message.EqualTo("key '7-1' of 'door-1' is remembered already"));
        Assert.That(((await before).Seq, (await after).Seq), Is.EqualTo((1, 2)));
        Assert.That(some.Writer.Failure, Is.Null);
        Assert.That(await some.Journal.WriteAsync(transaction => transaction.Seen("door-1", "7-1")), Is.Null, "nothing of it is left");
    }

    [Test]
    public async Task State_AfterReopen_GoesOnWhereItWas()
    {
        await using (var before = SomeJournal.Open(Folder))
        {
            await before.Journal.AddAsync(3);
            await before.Journal.AddAsync(4);
        }

        await using var after = SomeJournal.Open(Folder);
        var stored = await after.Journal.AddAsync(5);

        Assert.That((stored.Seq, stored.Position), Is.EqualTo((3, 3)));
        Assert.That(await after.Journal.CounterAsync(), Is.EqualTo(new Counter(12, 3)));
    }

    [Test]
    public async Task Epoch_OverReopen_Stays()
    {
        string epoch;
        await using (var before = SomeJournal.Open(Folder))
        {
            epoch = before.Journal.Epoch;
        }

        await using var after = SomeJournal.Open(Folder);
        Assert.That(epoch, Is.Not.Empty);
        Assert.That(after.Journal.Epoch, Is.EqualTo(epoch));
    }

    [Test]
    public async Task Epoch_OfAnotherDatabase_IsAnother()
    {
        using var elsewhere = new SomeFolder();
        await using var one = SomeJournal.Open(Folder);
        await using var other = SomeJournal.Open(elsewhere);

        Assert.That(other.Journal.Epoch, Is.Not.EqualTo(one.Journal.Epoch));
    }

    [Test]
    public async Task Snapshot_OfAChannelThatNeverWas_IsNone()
    {
        await using var some = SomeJournal.Open(Folder);

        Assert.That(await some.Journal.SnapshotAsync(SomeCounter.Channel(), CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task Events_ReadInPages_AreAllOfThemOnce()
    {
        await using var some = SomeJournal.Open(Folder);
        for (var i = 1; i <= 7; i++)
        {
            await some.Journal.AddAsync(i);
        }

        var first = await some.Journal.ReadAsync(SomeCounter.Channel(), after: 0, limit: 5, CancellationToken.None);
        var rest = await some.Journal.ReadAsync(SomeCounter.Channel(), after: 5, limit: 5, CancellationToken.None);

        Assert.That(first.Concat(rest).Select(stored => stored.Seq), Is.EqualTo(new[] { 1, 2, 3, 4, 5, 6, 7 }));
    }

    [Test]
    public async Task Event_ReadBack_IsTheSameBytesAsWhenItWasAppended()
    {
        await using var some = SomeJournal.Open(Folder, new ManualTime());
        var stored = await some.Journal.AddAsync(3);
        var read = (await some.Journal.EventsAsync())[0];

        Assert.That(read.Json.ToArray(), Is.EqualTo(stored.Json.ToArray()));
        Assert.That(
            System.Text.Encoding.UTF8.GetString(read.Json.Span),
            Is.EqualTo("""{"channel":"counters/one","seq":1,"position":1,"type":"add","at":"2026-01-03T10:00:00.000Z","data":{"by":3}}"""));
    }

    [Test]
    public async Task Feed_InPages_IsNewestFirst_AndNextLeadsToTheRest()
    {
        await using var some = SomeJournal.Open(Folder);
        foreach (var id in new[] { "a", "b", "c", "d", "e", "a" })
        {
            await some.Journal.AddAsync(1, id);
        }

        var first = await some.Journal.ListAsync("counters", before: null, limit: 2, CancellationToken.None);
        var second = await some.Journal.ListAsync("counters", first.Next, limit: 2, CancellationToken.None);
        var third = await some.Journal.ListAsync("counters", second.Next, limit: 2, CancellationToken.None);
        Assert.Multiple(() =>
        {
            Assert.That(
                new[] { first, second, third }.SelectMany(page => page.Items).Select(item => item.Channel.Id),
                Is.EqualTo(new[] { "e", "d", "c", "b", "a" }));
            Assert.That(third.Next, Is.Null);
            Assert.That(first.Position, Is.EqualTo(6));
        });
    }

    [Test]
    public async Task Feed_OfExactlyOnePage_HasNoNext()
    {
        await using var some = SomeJournal.Open(Folder);
        await some.Journal.AddAsync(1, "a");
        await some.Journal.AddAsync(1, "b");

        Assert.That((await some.Journal.ListAsync("counters", before: null, limit: 2, CancellationToken.None)).Next, Is.Null);
    }

    [Test]
    public async Task Keys_AfterReopen_AreStillKnown()
    {
        await using (var before = SomeJournal.Open(Folder))
        {
            await before.Journal.WriteAsync(transaction =>
            {
                transaction.Remember("devices/a", "7-1", position: 5, "print");
                return 0;
            });
        }

        await using var after = SomeJournal.Open(Folder);
        var (same, otherScope, otherKey) = await after.Journal.WriteAsync(transaction =>
            (transaction.Seen("devices/a", "7-1"), transaction.Seen("devices/b", "7-1"), transaction.Seen("devices/a", "7-2")));

        Assert.That((same, otherScope, otherKey), Is.EqualTo((new SeenKey(5, "print"), (SeenKey?)null, (SeenKey?)null)));
    }

    [Test]
    public async Task Documents_AfterReopen_AreTheLastOnesPut()
    {
        await using (var before = SomeJournal.Open(Folder))
        {
            await before.Journal.WriteAsync(transaction =>
            {
                transaction.Documents.Put("c", "kept", "1"u8.ToArray());
                transaction.Documents.Put("c", "kept", "2"u8.ToArray());
                transaction.Documents.Put("c", "gone", "3"u8.ToArray());
                transaction.Documents.Put("other", "kept", "4"u8.ToArray());
                transaction.Documents.Remove("c", "gone");
                return 0;
            });
        }

        await using var after = SomeJournal.Open(Folder);
        var found = await after.Journal.WriteAsync(transaction => transaction.Documents.Find("c", "gone"));

        Assert.That(found, Is.Null);
        Assert.That(after.Journal.Documents("c"), Is.EqualTo(new[] { KeyValuePair.Create("kept", "2"u8.ToArray()) }));
    }

    [Test]
    public async Task Documents_PageByPage_ComeHighestKeyFirst()
    {
        await using var some = SomeJournal.Open(Folder);
        await some.Journal.WriteAsync(transaction =>
        {
            foreach (var key in new[] { "a", "c", "b" })
            {
                transaction.Documents.Put("c", key, "1"u8.ToArray());
            }

            transaction.Documents.Put("d", "z", "2"u8.ToArray());
            return 0;
        });

        Assert.That(some.Journal.Documents("c", before: null, limit: 2).Select(kept => kept.Key), Is.EqualTo(new[] { "c", "b" }));
        Assert.That(some.Journal.Documents("c", before: "b", limit: 2).Select(kept => kept.Key), Is.EqualTo(new[] { "a" }));
        Assert.That(some.Journal.Document("d", "z"), Is.EqualTo("2"u8.ToArray()));
        Assert.That(some.Journal.Document("c", "z"), Is.Null);
    }

    private static async Task FoldsBackAsync((byte Channel, int By)[][] history)
    {
        using var folder = new SomeFolder();
        await using var some = SomeJournal.Open(folder);
        foreach (var batch in history)
        {
            await some.Journal.WriteAsync(transaction =>
                Array.ConvertAll(batch, step => transaction.Append(SomeCounter.Channel($"c{step.Channel % 3}"), SomeCounter.Add(step.By))));
        }

        var kind = new CountingKind();
        foreach (var id in history.SelectMany(batch => batch).Select(step => $"c{step.Channel % 3}").Distinct())
        {
            Counter? folded = null;
            var events = await some.Journal.EventsAsync(id);
            foreach (var stored in events)
            {
                folded = kind.Fold(folded, stored);
            }

            var snapshot = await some.Journal.SnapshotAsync(SomeCounter.Channel(id), CancellationToken.None);
            Assert.That(ContractJson.Read<Counter>(snapshot!.State.Span), Is.EqualTo(folded), id);
            Assert.That(snapshot.Seq, Is.EqualTo(events.Count), id);
        }
    }

    private static Task<int> RememberTwiceAsync(IJournal journal) => journal.WriteAsync(transaction =>
    {
        transaction.Append(SomeCounter.Channel(), SomeCounter.Add(1));
        transaction.Remember("door-1", "7-1", 1, "x");
        transaction.Remember("door-1", "7-1", 1, "x");
        return 0;
    });
}
