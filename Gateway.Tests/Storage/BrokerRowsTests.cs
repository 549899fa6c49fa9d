using System.Text;
using Gateway.Broker;
using Gateway.Contract;

namespace Gateway.Tests.Storage;

/// <summary>What the broker keeps, on a real SQLite file: each test writes, opens the file anew, and reads.</summary>
public sealed class BrokerRowsTests : FolderTest
{
    private static readonly DateTimeOffset Later = new(2026, 1, 3, 10, 0, 0, TimeSpan.Zero);

    private static readonly SessionRow Row = new("kiosk", "admin", uint.MaxValue, ExpiresAt: null, Will: null, WillAt: null);

    [Test]
    public async Task Retained_AfterReopen_IsTheLastOnePut()
    {
        var kept = new RetainedMessage("new"u8.ToArray(), 1, Later, new byte[] { 1, 2 });
        await WriteAsync(writes =>
        {
            writes.PutRetained("a", new("old"u8.ToArray(), 0, null, default));
            writes.PutRetained("a", kept);
            writes.PutRetained("b", new("b"u8.ToArray(), 2, null, default));
            writes.PutRetained("c", kept);
            writes.RemoveRetained("c");
        });

        await using var after = SomeJournal.Open(Folder);
        var retained = after.Broker.LoadRetained().OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        Assert.That(retained.Select(entry => entry.Key), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(Text(retained[0].Value), Is.EqualTo(Text(kept)));
    }

    [Test]
    public async Task Session_AfterReopen_HasItsWillSubscriptionsAndPacketIds()
    {
        var session = new StoredSession(
            Row with
            {
                ExpirySeconds = 3600,
                ExpiresAt = Later,
                WillAt = Later,
                Will = new("w", "gone"u8.ToArray(), 1, Retain: true, DelaySeconds: 5, ExpirySeconds: 60, new byte[] { 9 }, Forbidden: true),
            },
            [new("a/#", 0x2E, 7), new("b", 1, null), new("c", 1, null, "c/9"), new("d", 1, null)],
            [1, ushort.MaxValue],
            [],
            default);
        await WriteAsync(writes =>
        {
            writes.PutSession(Row);
            writes.PutSession(session.Row);
            writes.PutSubscription("kiosk", new("a/#", 0, null));
            writes.PutSubscription("kiosk", new("gone", 0, null));
            writes.RemoveSubscription("kiosk", "gone");
            foreach (var subscription in session.Subscriptions)
            {
                writes.PutSubscription("kiosk", subscription);
            }

            writes.PutReplayed("kiosk", "c", "c/9");
            writes.PutReplayed("kiosk", "d", "d/1");
            writes.PutReplayed("kiosk", "d", null);
            writes.PutReplayed("kiosk", "gone", "");
            writes.PutIncoming("kiosk", 1);
            writes.PutIncoming("kiosk", 1);
            writes.PutIncoming("kiosk", 2);
            writes.PutIncoming("kiosk", ushort.MaxValue);
            writes.RemoveIncoming("kiosk", 2);
        });

        Assert.That(Text((await SessionsAsync()).Single()), Is.EqualTo(Text(session)));
    }

    [Test]
    public async Task Session_ReplacedByItself_KeepsWhatItIsOwed()
    {
        await WriteAsync(writes =>
        {
            writes.PutSession(Row);
            writes.Enqueue(Message(1), [new("kiosk", 1, false, null)]);
            writes.PutSession(Row with { ExpiresAt = Later });
        });

        Assert.That((await SessionsAsync()).Single().Backlog.Messages, Is.EqualTo(1));
    }

    [Test]
    public async Task Owed_AfterReopen_IsInOrder_WithFlagsOfEachReceiver()
    {
        await WriteAsync(writes =>
        {
            writes.PutSession(Row);
            writes.PutSession(Row with { ClientId = "other" });
            writes.Enqueue(Message(10), [new("kiosk", 2, Retain: true, [3, 4]), new("other", 1, Retain: false, null)]);
            writes.Enqueue(Message(9), [new("kiosk", 1, Retain: false, null)]);
            writes.MarkReceived("kiosk", 10);
        });

        var sessions = (await SessionsAsync()).ToDictionary(session => session.Row.ClientId);
        OwedMessage[] kiosk = [new(Message(9), 1, false, null, IsReceived: false), new(Message(10), 2, true, [3, 4], IsReceived: true)];
        OwedMessage[] other = [new(Message(10), 1, false, null, IsReceived: false)];
        Assert.Multiple(() =>
        {
            Assert.That(Text(sessions["kiosk"].Received), Is.EqualTo(Text(kiosk[1..])));
            Assert.That(Text(ReadOwed("kiosk").Messages), Is.EqualTo(Text(kiosk[..1])));
            Assert.That(Text(ReadOwed("other").Messages), Is.EqualTo(Text(other)));
            Assert.That(sessions["kiosk"].Backlog, Is.EqualTo(new BacklogSize(1, "topic/9payload 9".Length + 1, 9)));
        });
    }

    [Test]
    public async Task Backlog_ReadRightAfterItsCommit_IsWhole()
    {
        await using var journal = SomeJournal.Open(Folder, new ManualTime());
        for (var id = 1; id <= 3; id++)
        {
            var number = id;
            var work = new Work(writes => writes.Enqueue(Message(number), [new("kiosk", 1, false, null)]));
            journal.Broker.Submit(work);
            await work.Done;

            Assert.That(journal.Broker.ReadOwed("kiosk", 0, number, 100, 10_000).Messages, Has.Count.EqualTo(number));
        }
    }

    [Test]
    public async Task Backlog_ReadInPages_EndsWhereItWasAskedToAndStopsAtItsBytes()
    {
        await WriteAsync(writes =>
        {
            writes.PutSession(Row);
            for (var id = 1; id <= 9; id++)
            {
                writes.Enqueue(Message(id), [new("kiosk", 1, false, null)]);
            }
        });

        await using var journal = SomeJournal.Open(Folder);
        (OwedPage Page, long[] Ids, bool IsEnd)[] pages =
        [
            (journal.Broker.ReadOwed("kiosk", 0, 8, 3, 1_000), [1, 2, 3], false),
            (journal.Broker.ReadOwed("kiosk", 3, 8, 100, 10), [4, 5], false),
            (journal.Broker.ReadOwed("kiosk", 5, 8, 100, 1_000), [6, 7, 8], true),
            (journal.Broker.ReadOwed("kiosk", 8, 8, 100, 1_000), [], true),
        ];
        foreach (var (page, ids, isEnd) in pages)
        {
            Assert.That((page.Messages.Select(m => m.Message.Id), page.IsEnd), Is.EqualTo((ids, isEnd)));
        }
    }

    [Test]
    public async Task Expired_Purged_GoesEverywhereButWhereItMayHaveBeenSent()
    {
        IReadOnlyList<KeyValuePair<string, BacklogSize>> purged = [];
        await WriteAsync(writes =>
        {
            writes.PutSession(Row with { SentUpTo = 1 });
            writes.PutSession(Row with { ClientId = "connected" });
            writes.PutRetained("old", new("x"u8.ToArray(), 1, Later, default));
            writes.PutRetained("good", new("x"u8.ToArray(), 1, Later.AddSeconds(1), default));
            foreach (var id in new[] { 1, 2, 3 })
            {
                writes.Enqueue(Message(id), [new("kiosk", 1, false, null)]);
            }

            writes.Enqueue(Message(4) with { ExpiresAt = null }, [new("kiosk", 1, false, null)]);
            writes.Enqueue(Message(5), [new("connected", 1, false, null)]);
            purged = writes.PurgeExpired(Later);
        });

        await using var journal = SomeJournal.Open(Folder);
        Assert.Multiple(() =>
        {
            Assert.That(purged.Single(), Is.EqualTo(KeyValuePair.Create("kiosk", new BacklogSize(2, 2 * ("topic/2payload 2".Length + 1), 3))));
            Assert.That(journal.Broker.ReadOwed("kiosk", 0, 9, 9, 999).Messages.Select(m => m.Message.Id), Is.EqualTo(new[] { 1, 4 }));
            Assert.That(journal.Broker.ReadOwed("connected", 0, 9, 9, 999).Messages, Has.Count.EqualTo(1));
            Assert.That(journal.Broker.LoadRetained().Select(r => r.Key), Is.EqualTo(new[] { "good" }));
            Assert.That(KeptMessages(), Is.EqualTo(3));
        });
    }

    [Test]
    public async Task Session_Removed_GivesBackWhatCameThroughAShare()
    {
        IReadOnlyList<OwedMessage> shared = [];
        await WriteAsync(writes =>
        {
            writes.PutSession(Row);
            writes.Enqueue(Message(1), [new("kiosk", 1, false, null)]);
            writes.Enqueue(Message(2), [new("kiosk", 1, false, null, "$share/g/topic/#")]);
            shared = writes.RemoveSession("kiosk");
        });

        Assert.That(Text(shared), Is.EqualTo(Text<OwedMessage[]>([new(Message(2), 1, false, null, IsReceived: false, "$share/g/topic/#")])));
        Assert.That(KeptMessages(), Is.Zero);
    }

    [Test]
    public async Task Message_Settled_StaysForWhoIsStillOwedIt_AndGoesWithTheLast()
    {
        await WriteAsync(writes =>
        {
            writes.PutSession(Row);
            writes.PutSession(Row with { ClientId = "other" });
            writes.Enqueue(Message(1), [new("kiosk", 1, false, null), new("other", 1, false, null)]);
            writes.Enqueue(Message(2), [new("kiosk", 1, false, null)]);
            writes.Settle("kiosk", 1);
            writes.Settle("kiosk", 2);
        });

        var owed = (await SessionsAsync()).Select(session => (session.Row.ClientId, session.Backlog.LastId));
        Assert.That(owed, Is.EquivalentTo(new[] { ("kiosk", 0L), ("other", 1L) }));
        Assert.That(KeptMessages(), Is.EqualTo(1), "what nobody is owed is not kept");
    }

    [Test]
    public async Task Session_Removed_TakesEverythingOfItAlong_AndNothingOfOthers()
    {
        await WriteAsync(writes =>
        {
            writes.PutSession(Row);
            writes.PutSession(Row with { ClientId = "other" });
            writes.PutSubscription("kiosk", new("a", 1, null));
            writes.PutIncoming("kiosk", 5);
            writes.Enqueue(Message(1), [new("kiosk", 1, false, null), new("other", 1, false, null)]);
            writes.Enqueue(Message(2), [new("kiosk", 1, false, null)]);
            writes.RemoveSession("kiosk");

            // The same client again begins with nothing.
            writes.PutSession(Row);
        });

        var sessions = (await SessionsAsync()).ToDictionary(session => session.Row.ClientId);
        Assert.Multiple(() =>
        {
            Assert.That(Text(sessions["kiosk"]), Is.EqualTo(Text(new StoredSession(Row, [], [], [], default))));
            Assert.That(sessions["other"].Backlog, Has.Property(nameof(BacklogSize.Messages)).EqualTo(1));
            Assert.That(KeptMessages(), Is.EqualTo(1));
        });
    }

    private static StoredMessage Message(long id) => new(id, $"topic/{id}", Encoding.UTF8.GetBytes($"payload {id}"), 2, true, Later, new byte[] { 5 });

    // Records hold their bytes by reference; their text compares what is in them.
    private static string Text<T>(T value) => Encoding.UTF8.GetString(ContractJson.Write(value));

    private async Task WriteAsync(Action<IBrokerWrites> write)
    {
        await using var before = SomeJournal.Open(Folder);
        var work = new Work(write);
        before.Broker.Submit(work);
        await work.Done;
    }

    private OwedPage ReadOwed(string clientId)
    {
        var journal = SomeJournal.Open(Folder);
        try
        {
            return journal.Broker.ReadOwed(clientId, 0, long.MaxValue, 100, 10_000);
        }
        finally
        {
            journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private async Task<List<StoredSession>> SessionsAsync()
    {
        await using var after = SomeJournal.Open(Folder);
        return [.. after.Broker.LoadSessions()];
    }

    private long KeptMessages()
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Folder.Database};Pooling=False");
        connection.Open();
        using var command = new Microsoft.Data.Sqlite.SqliteCommand("SELECT COUNT(*) FROM messages", connection);
        return (long)command.ExecuteScalar()!;
    }

    private sealed class Work(Action<IBrokerWrites> write) : IBrokerWork
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public void Write(IBrokerWrites writes) => write(writes);

        public void Completed(Exception? failure)
        {
            if (failure is null)
            {
                _done.SetResult();
            }
            else
            {
                _done.SetException(failure);
            }
        }
    }
}
