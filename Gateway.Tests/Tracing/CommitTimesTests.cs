using Gateway.Journal;
using Gateway.Modules.Enrollments;
using Gateway.Storage;
using Gateway.Tracing;

namespace Gateway.Tests.Tracing;

/// <summary>The trace's <c>durable</c> is when the disk had it, not when somebody began to write.</summary>
public sealed class CommitTimesTests : FolderTest
{
    private static readonly TimeSpan Fsync = TimeSpan.FromMilliseconds(40);
    private static readonly ChannelName Channel = ChannelName.Of(EnrollmentDesk.Kind, "0198");

    [Test]
    public async Task Capture_IsDurable_WhenItsCommitHasEnded_AlsoAfterARestart()
    {
        var time = new ManualTime();
        DateTimeOffset durable;
        var commits = new CommitTimes(time);
        await using (var some = Open(time, commits))
        {
            await AppendAsync(some.Journal, EventDraft.Of(
                EnrollmentEvents.Requested, new EnrollmentEvents.RequestedData("lab-1", "Ada", 0, Scans: 3, time.GetUtcNow())));
            var began = time.GetUtcNow();
            var first = await AppendAsync(some.Journal, Capture(1));
            Assert.That(commits.Of(some.Journal, first, 1), Is.EqualTo(began + Fsync));
            Assert.That(first.At, Is.EqualTo(began), "the event bears the start of its batch");
            durable = began + Fsync;
            await AppendAsync(some.Journal, Capture(2));
        }

        var after = new CommitTimes(time);
        await using var again = Open(time, after);
        var events = await again.Journal.ReadAsync(Channel, after: 0, limit: 10, CancellationToken.None);
        Assert.That(after.Of(again.Journal, events[1], 1), Is.EqualTo(durable), "written with the event that followed");
        Assert.That(after.Of(again.Journal, events[2], 2), Is.EqualTo(events[2].At), "nobody was left to say more of the last");
    }

    private SomeJournal Open(ManualTime time, CommitTimes commits) =>
        SomeJournal.Open(Folder, time, commits, session => new SlowDisk(session, time), projections: commits);

    private static EventDraft Capture(int step) =>
        EventDraft.Of(EnrollmentEvents.Progress, new EnrollmentEvents.ProgressData(step, 3, 33 * step, Quality: null, Inferred: null, Source: null));

    // Back when the disk is at rest: completions come behind the listeners, settling later.
    private static async Task<StoredEvent> AppendAsync(IJournal journal, EventDraft draft)
    {
        var stored = await journal.WriteAsync(transaction => transaction.Append(Channel, draft));
        await journal.SnapshotAsync(Channel, CancellationToken.None);
        return stored;
    }

    private sealed class SlowDisk(IWriteSession inner, ManualTime time) : IWriteSession
    {
        public int Unsettled => inner.Unsettled;

        public bool IsSettlingDue => inner.IsSettlingDue;

        public StoreTransaction Begin() => inner.Begin();

        public void Commit()
        {
            inner.Commit();
            time.Advance(Fsync);
        }

        public void Rollback() => inner.Rollback();

        public void Settle() => inner.Settle();

        public void Dispose() => inner.Dispose();
    }
}
