using Gateway.Journal;
using Gateway.Storage;

namespace Gateway.Tests.Storage;

/// <summary>What the one writer promises to those who wait, above all when something fails.</summary>
public sealed class StoreWriterTests : FolderTest
{
    [Test]
    public async Task Decision_ThatThrows_IsAloneInFailing_AndLeavesNoGap()
    {
        await using var some = SomeJournal.Open(Folder);
        using var gate = new ManualResetEventSlim();
        var held = some.Journal.WriteAsync(_ => gate.Wait(TimeSpan.FromSeconds(10)));

        // All three wait for the first, so they share one batch.
        var before = some.Journal.AddAsync(1);
        var broken = some.Journal.WriteAsync<StoredEvent>(transaction =>
        {
            transaction.Append(SomeCounter.Channel(), SomeCounter.Add(100));
            throw new FormatException("a defect of the decision");
        });
        var after = some.Journal.AddAsync(2);
        gate.Set();
        await held;

        Assert.That(async () => await broken, Throws.InstanceOf<FormatException>());
        Assert.That(((await before).Seq, (await after).Seq), Is.EqualTo((1, 2)));
        Assert.That(((await before).Position, (await after).Position), Is.EqualTo((1, 2)));
        Assert.That(await some.Journal.CounterAsync(), Is.EqualTo(new Counter(3, 2)));
        Assert.That(some.Writer.Failure, Is.Null, "the store itself is well");
    }

    [Test]
    public async Task Decision_ThatThrows_OnANewChannel_LeavesNoChannel()
    {
        await using var some = SomeJournal.Open(Folder);
        var broken = some.Journal.WriteAsync<StoredEvent>(transaction =>
        {
            transaction.Append(SomeCounter.Channel("new"), SomeCounter.Add(1));
            throw new FormatException("a defect of the decision");
        });

        Assert.That(async () => await broken, Throws.InstanceOf<FormatException>());
        Assert.That(await some.Journal.SnapshotAsync(SomeCounter.Channel("new"), CancellationToken.None), Is.Null);
        Assert.That((await some.Journal.AddAsync(1, "new")).Seq, Is.EqualTo(1));
    }

    [Test]
    public async Task Commit_ThatFails_CompletesNothingSuccessfully_AndNobodyHearsOfIt()
    {
        var heard = new RecordingListener([]);
        SomeDisk disk = null!;
        await using var some = SomeJournal.Open(Folder, new ManualTime(), heard, session => disk = new(session));
        disk.IsFull = true;

        Assert.That(async () => await some.Journal.AddAsync(1), Throws.InstanceOf<JournalUnavailableException>().With.Property("IsLasting").False);
        Assert.That(some.Writer.Failure, Has.Message.EqualTo("disk full"));
        Assert.That(heard.Log, Is.Empty);
        Assert.That(await some.Journal.EventsAsync(), Is.Empty);
    }

    [Test]
    public async Task Commit_AfterTheDiskIsWellAgain_ClearsTheFailure_AndLeavesNoGap()
    {
        var time = new ManualTime();
        SomeDisk disk = null!;
        await using var some = SomeJournal.Open(Folder, time, around: session => disk = new(session));
        await some.Journal.AddAsync(1);
        disk.IsFull = true;
        Assert.That(async () => await some.Journal.AddAsync(10), Throws.InstanceOf<JournalUnavailableException>());
        disk.IsFull = false;

        var next = some.Journal.AddAsync(2);
        await time.PassWaitAsync(TimeSpan.FromMilliseconds(100));

        Assert.That(((await next).Seq, (await next).Position), Is.EqualTo((2, 2)));
        Assert.That(some.Writer.Failure, Is.Null);
        Assert.That(await some.Journal.CounterAsync(), Is.EqualTo(new Counter(3, 2)));
    }

    [Test]
    public async Task Store_ThatIsWellAgain_IsFoundSo_ThoughNobodyWrites()
    {
        var time = new ManualTime();
        SomeDisk disk = null!;
        await using var some = SomeJournal.Open(Folder, time, around: session => disk = new(session));
        disk.IsFull = true;
        Assert.That(async () => await some.Journal.AddAsync(1), Throws.InstanceOf<JournalUnavailableException>());
        disk.IsFull = false;
        await time.PassWaitAsync(TimeSpan.FromMilliseconds(100));

        await Eventually.HoldsAsync(() => some.Writer.Failure is null, "health is green again");
        Assert.That(await some.Journal.EventsAsync(), Is.Empty);
    }

    [Test]
    public async Task Rollback_ThatFailsToo_LeavesNobodyWaiting()
    {
        var time = new ManualTime();
        SomeDisk disk = null!;
        await using var some = SomeJournal.Open(Folder, time, around: session => disk = new(session) { IsBroken = true });
        disk.IsFull = true;

        Assert.That(
            async () => await some.Journal.AddAsync(1).WaitAsync(TimeSpan.FromSeconds(10)), Throws.InstanceOf<JournalUnavailableException>());
    }

    [Test]
    public async Task Reader_WhileTheDiskStaysFull_IsToldSo_RatherThanLeftWaiting()
    {
        var time = new ManualTime();
        SomeDisk disk = null!;
        await using var some = SomeJournal.Open(Folder, time, around: session => disk = new(session));
        await some.Journal.AddAsync(1); // promised, and not shown yet
        disk.IsFull = true;
        Assert.That(async () => await some.Journal.AddAsync(2), Throws.InstanceOf<JournalUnavailableException>());

        var read = some.Journal.EventsAsync();
        await time.PassWaitAsync(TimeSpan.FromMilliseconds(100));
        Assert.That(async () => await read.WaitAsync(TimeSpan.FromSeconds(10)), Throws.InstanceOf<JournalUnavailableException>());
    }

    [Test]
    public async Task Backoff_WhileTheDiskStaysFull_Doubles()
    {
        var time = new ManualTime();
        SomeDisk disk = null!;
        await using var some = SomeJournal.Open(Folder, time, around: session => disk = new(session));
        disk.IsFull = true;
        Assert.That(async () => await some.Journal.AddAsync(1), Throws.InstanceOf<JournalUnavailableException>());

        var started = time.GetUtcNow();
        foreach (var wait in new[] { 100, 200, 400, 800, 1600, 3200, 5000, 5000 })
        {
            var failing = some.Journal.AddAsync(1);
            await time.PassWaitAsync(TimeSpan.FromSeconds(5));
            Assert.That(async () => await failing, Throws.InstanceOf<JournalUnavailableException>());
            Assert.That((time.GetUtcNow() - started).TotalMilliseconds, Is.EqualTo(wait));
            started = time.GetUtcNow();
        }
    }

    [Test]
    public async Task Listener_HearsBeforeCompletions_InTheOrderOfPositions()
    {
        List<string> log = [];
        await using (var some = SomeJournal.Open(Folder, listener: new RecordingListener(log)))
        {
            for (var i = 0; i < 50; i++)
            {
                var own = i;
                some.Journal.Write(
                    transaction => transaction.Append(SomeCounter.Channel($"c{own % 4}"), SomeCounter.Add(own)), _ => log.Add($"done {own + 1}"));
            }
        }

        // The log belongs to the writer's thread, which has ended.
        var heard = log.Where(line => line.StartsWith("heard", StringComparison.Ordinal)).ToList();
        var done = log.Where(line => line.StartsWith("done", StringComparison.Ordinal)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(heard, Is.EqualTo(Enumerable.Range(1, 50).Select(position => $"heard {position}")));
            Assert.That(done, Is.EqualTo(Enumerable.Range(1, 50).Select(position => $"done {position}")));
            Assert.That(Enumerable.Range(1, 50).Where(i => log.IndexOf($"heard {i}") > log.IndexOf($"done {i}")), Is.Empty, "completed before it was heard");
        });
    }

    [Test]
    public async Task Work_HandedInBeforeTheStop_IsWritten_AndAfterItRefusedForGood()
    {
        var some = SomeJournal.Open(Folder);
        var last = some.Journal.AddAsync(1);
        await some.DisposeAsync();

        Assert.That((await last).Seq, Is.EqualTo(1));
        Assert.That(async () => await some.Journal.AddAsync(1), Throws.InstanceOf<JournalUnavailableException>().With.Property("IsLasting").True);
    }

    [Test]
    public async Task Completion_ThatThrows_KeepsNobodyElseFromTheirs()
    {
        await using var some = SomeJournal.Open(Folder);
        some.Journal.Write(
            transaction => transaction.Append(SomeCounter.Channel(), SomeCounter.Add(1)), _ => throw new FormatException("a defect of its owner"));

        Assert.That((await some.Journal.AddAsync(2)).Seq, Is.EqualTo(2));
    }

    [Test]
    public async Task Listener_ThatThrows_MakesNoCommittedWriteAFailedOne()
    {
        await using var some = SomeJournal.Open(Folder, listener: new ThrowingListener());
        Assert.That((await some.Journal.AddAsync(1)).Seq, Is.EqualTo(1));
        Assert.That((await some.Journal.AddAsync(2)).Seq, Is.EqualTo(2));
    }

    private sealed class ThrowingListener : ICommitListener
    {
        public void Committed(IReadOnlyList<StoredEvent> events) => throw new FormatException("a defect of the listener");
    }

    private sealed class RecordingListener(List<string> log) : ICommitListener
    {
        // Written on the writer's thread only.
        public IReadOnlyList<string> Log => log;

        public void Committed(IReadOnlyList<StoredEvent> events) => log.AddRange(events.Select(stored => $"heard {stored.Position}"));
    }
}
