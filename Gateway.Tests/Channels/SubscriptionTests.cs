using System.Text;
using Gateway.Channels;
using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>Invariants 3 and 4: no gap, no repeat, whatever is published at whatever moment of subscribing.</summary>
[TestFixtureSource(nameof(Streams))]
internal sealed class SubscriptionTests(bool feed)
{
    private static readonly bool[] Streams = [false, true];
    private static readonly ChannelName Channel = ChannelName.Of("jobs", "one");

    private readonly StreamName _name = feed ? StreamName.FeedOf("jobs") : StreamName.Of(Channel);
    private MemoryJournal _journal = null!;
    private ChannelHub _hub = null!;
    private Gateway.Channels.Subscriptions _subscriptions = null!;
    private int _wakes;

    // Written by the reader, read by the publisher.
    private long _reached;

    [SetUp]
    public void SetUp()
    {
        _wakes = 0;
        _reached = 0;
        _hub = new();
        _journal = new() { Listener = _hub };
        _subscriptions = Subscriptions(pageSize: 4, queue: 3);
    }

    // After 2 the first page is full, after 3 it comes back short, after 6 the subscription is at the head.
    [Test]
    public async Task EventBeforeThePageIsRead_IsTakenOnce([Values(2, 3)] int since) =>
        await AssertAllOnceAsync(since, append => _journal.BeforeRead = append);

    [Test]
    public async Task EventsAfterThePageIsRead_AreTakenOnce([Values(2, 3)] int since, [Values(1, 11)] int count) =>
        await AssertAllOnceAsync(since, append => _journal.AfterRead = append, count);

    [Test]
    public async Task EventsAfterTheSnapshot_AreTakenOnce([Values(2, 3, 6)] int since, [Values(1, 11)] int count) =>
        await AssertAllOnceAsync(since, append => _journal.AfterSnapshot = append, count);

    [Test]
    public async Task EventStoredBeforeTheReadAndAnnouncedAfterTheFlip_IsTakenOnce()
    {
        _journal.Append(Channel, 2);
        _journal.Store(Channel);
        using var opened = await OpenAsync(new("e1", 0));

        var taken = await TakeAllAsync(opened);
        _journal.Announce();
        taken.AddRange(await TakeAllAsync(opened));

        Assert.That(taken, Is.EqualTo(new long[] { 1, 2, 3 }));
        Assert.That(_wakes, Is.Zero, "what was read already is no reason to wake");
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3)]
    [TestCase(4)]
    [TestCase(5)]
    [TestCase(41)]
    public async Task Backlog_IsTakenWhole_AndThenLive(int missed)
    {
        _journal.Append(Channel, missed + 1);
        using var opened = await OpenAsync(new("e1", 1));

        var taken = await TakeAllAsync(opened);
        _journal.Append(Channel);
        taken.AddRange(await TakeAllAsync(opened));

        Assert.That(taken, Is.EqualTo(Enumerable.Range(2, missed + 1)));
        Assert.That(_wakes, Is.EqualTo(1));
    }

    [Test]
    public async Task FullQueue_FallsBackToTheJournal_AndEndsComplete()
    {
        _journal.Append(Channel);
        using var opened = await OpenAsync(Cursor.Live);
        var taken = await TakeAllAsync(opened);

        _journal.Append(Channel, 50);
        var reads = _journal.Reads;
        taken.AddRange(await TakeAllAsync(opened));

        Assert.That(taken, Is.EqualTo(Enumerable.Range(2, 50)));
        Assert.That(_journal.Reads, Is.GreaterThan(reads), "the queue holds three; the rest is read");
    }

    [Test]
    public async Task QueueFullAgainAtTheFlip_EndsComplete()
    {
        _journal.Append(Channel);
        using var opened = await OpenAsync(Cursor.Live);
        var taken = await TakeAllAsync(opened);
        _journal.Append(Channel, 5);
        var bursts = 3;
        _journal.AfterRead = () =>
        {
            if (bursts-- > 0)
            {
                _journal.Append(Channel, 5);
            }
        };

        taken.AddRange(await TakeAllAsync(opened));

        Assert.That(taken, Is.EqualTo(Enumerable.Range(2, 20)));
    }

    [Test]
    public async Task EventBetweenTheFallAndTheNextRead_IsTakenOnce()
    {
        _journal.Append(Channel);
        using var opened = await OpenAsync(Cursor.Live);
        var taken = await TakeAllAsync(opened);
        _journal.Append(Channel, 6);
        taken.AddRange((await opened.Subscription.TakeAsync(CancellationToken.None)).Events.Select(_name.CursorOf));
        _journal.Append(Channel);

        taken.AddRange(await TakeAllAsync(opened));

        Assert.That(taken, Is.EqualTo(Enumerable.Range(2, 7)));
    }

    [Test]
    public async Task LiveSubscription_ReadsNoPage()
    {
        _journal.Append(Channel, 7);
        using var opened = await OpenAsync(Cursor.Live);

        Assert.That(await TakeAllAsync(opened), Is.Empty);
        Assert.That(_journal.Reads, Is.Zero);
    }

    [Test]
    public async Task SkippedEvents_AreNotTaken()
    {
        _journal.Append(Channel);
        using var opened = await OpenAsync(Cursor.Live);
        await TakeAllAsync(opened);
        _journal.Append(Channel, 3);
        opened.Subscription.SkipTo(3);

        Assert.That(await TakeAllAsync(opened), Is.EqualTo(new long[] { 4 }));
    }

    [Test]
    public async Task ClosedSubscription_IsForgotten()
    {
        _journal.Append(Channel);
        var opened = await OpenAsync(Cursor.Live);
        await TakeAllAsync(opened);
        opened.Dispose();
        opened.Dispose();
        _journal.Append(Channel, 10);

        Assert.That((await opened.Subscription.TakeAsync(CancellationToken.None)).IsNothing);
        Assert.That((_hub.Streams, _hub.Subscriptions, _wakes), Is.EqualTo((0, 0, 0)));
    }

    // After 2 the first page is full, after 5 it is short; of six events the newest or none is kept.
    [Test]
    public async Task CursorThatRetentionPasses_IsToldTheState_AndGoesOn([Values(2, 5)] int since, [Values(6, 7)] int oldest)
    {
        _journal.Append(Channel, 6);
        using var opened = await OpenAsync(new("e1", since));
        _journal.Oldest = oldest;
        var isPassed = since < oldest - 1;

        var first = await opened.Subscription.TakeAsync(CancellationToken.None);
        Assert.That((first.Events.Count, first.Anew?.Head), Is.EqualTo(isPassed ? (0, 6) : (1, (long?)null)));
        Assert.That(await TakeAllAsync(opened), Is.Empty);
        _journal.Append(Channel);
        Assert.That(await TakeAllAsync(opened), Is.EqualTo(new long[] { 7 }));
    }

    [Test]
    public async Task CursorThatRetentionPassesBetweenTwoPages_IsToldTheState_AndGoesOn()
    {
        _journal.Append(Channel, 12);
        using var opened = await OpenAsync(new("e1", 0));
        var taken = (await opened.Subscription.TakeAsync(CancellationToken.None)).Events.Select(_name.CursorOf).ToList();
        _journal.Oldest = 9;
        _journal.AfterSnapshot = () =>
        {
            _journal.AfterSnapshot = null;
            _journal.Append(Channel, 5);
        };
        var anew = (await opened.Subscription.TakeAsync(CancellationToken.None)).Anew;

        Assert.That((taken, anew?.Head, Encoding.UTF8.GetString(anew!.State.Span).Contains("12", StringComparison.Ordinal)),
            Is.EqualTo((new List<long> { 1, 2, 3, 4 }, 12L, true)));
        Assert.That(await TakeAllAsync(opened), Is.EqualTo(Enumerable.Range(13, 5)), "what came while the state was read");
    }

    [Test]
    public async Task LiveReaderThatFellBack_AndIsPassedByRetention_GetsWhatItHeld_AndThenTheState()
    {
        _journal.Append(Channel);
        using var opened = await OpenAsync(Cursor.Live);
        await TakeAllAsync(opened);
        _journal.Append(Channel, 50);
        _journal.Oldest = 40;

        Assert.That(await TakeAllAsync(opened), Is.EqualTo(new long[] { 2, 3, 4 }));
        Assert.That(_hub.Subscriptions, Is.EqualTo(1));
        _journal.Append(Channel);
        Assert.That(await TakeAllAsync(opened), Is.EqualTo(new long[] { 52 }));
    }

    [Test]
    public async Task CursorZero_HistoryBecomesShorterBeforeTheFirstRead_IsNoReset()
    {
        _journal.Append(Channel, 6);
        _journal.AfterSnapshot = () => _journal.Oldest = 3;
        using var opened = await OpenAsync(new("e1", 0));

        Assert.That(await TakeAllAsync(opened), Is.EqualTo(Enumerable.Range(3, 4)));
    }

    [Test]
    public async Task CloseWhileAPageIsRead_EndsIt_AndLeavesNothingBehind()
    {
        _journal.Append(Channel, 9);
        var opened = await OpenAsync(new("e1", 1));
        _journal.BeforeRead = opened.Dispose;
        await opened.Subscription.TakeAsync(CancellationToken.None);
        _journal.Append(Channel, 9);

        Assert.That((await opened.Subscription.TakeAsync(CancellationToken.None)).IsNothing);
        Assert.That((_hub.Streams, _hub.Subscriptions, _wakes), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public async Task UnknownStream_LeavesNothingBehind()
    {
        var name = feed ? StreamName.FeedOf("rooms") : StreamName.Of(ChannelName.Of("jobs", "none"));

        Assert.That(await _subscriptions.OpenAsync(name, new(Cursor.Live), () => { }, CancellationToken.None), Is.Null);
        Assert.That(_hub.Streams, Is.Zero);
    }

    [TestCase(1_000)]
    [TestCase(10_000, Category = "Slow")]
    [CancelAfter(180_000)]
    public async Task Resubscribes_UnderConstantPublishing_MissAndRepeatNothing(int rounds, CancellationToken cancellation)
    {
        _subscriptions = Subscriptions(pageSize: 4, queue: 3);
        _journal.Append(Channel);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var publishing = Task.Run(() => Publish(done.Token), CancellationToken.None);
        var cursor = 0L;
        for (var round = 0; round < rounds; round++)
        {
            var from = cursor;
            var events = 1 + (round % 6);
            // On a thread of its own: one that waits for a lock for ever is left there, and the test fails.
            cursor = await Task.Run(() => FollowAsync(from, events, cancellation), CancellationToken.None).WaitAsync(cancellation);
        }

        await done.CancelAsync();
        await publishing.WaitAsync(cancellation);

        Assert.That(cursor, Is.GreaterThanOrEqualTo(rounds));
        Assert.That((_hub.Streams, _hub.Subscriptions), Is.EqualTo((0, 0)));
    }

    // Each event that is taken must be the one after the cursor.
    private async Task<long> FollowAsync(long cursor, int events, CancellationToken cancellation)
    {
        var woken = new AsyncSignal();
        using var opened = await _subscriptions.OpenAsync(_name, new(new("e1", cursor)), woken.Set, cancellation);
        for (var left = events; left > 0;)
        {
            var taken = (await opened!.Subscription.TakeAsync(cancellation)).Events;
            foreach (var stored in taken)
            {
                Assert.That(_name.CursorOf(stored), Is.EqualTo(cursor + 1));
                Volatile.Write(ref _reached, ++cursor);
                left--;
            }

            if (taken.Count == 0)
            {
                await woken.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            }
        }

        return cursor;
    }

    // A few pages ahead of the reader at most: so there is something to catch up with, to be live with, and to fall back from, all the time.
    private void Publish(CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            if (_journal.Head - Volatile.Read(ref _reached) < 20)
            {
                _journal.Append(Channel);
            }
            else
            {
                Thread.Yield();
            }
        }
    }

    private async Task AssertAllOnceAsync(int since, Action<Action?> atTheMoment, int count = 1)
    {
        _journal.Append(Channel, 6);
        var came = false;
        atTheMoment(() =>
        {
            if (!came)
            {
                came = true;
                _journal.Append(Channel, count);
            }
        });
        using var opened = await OpenAsync(new("e1", since));
        var taken = await TakeAllAsync(opened);
        _journal.Append(Channel);
        taken.AddRange(await TakeAllAsync(opened));

        Assert.That(came);
        Assert.That(taken, Is.EqualTo(Enumerable.Range(since + 1, 6 + count + 1 - since)));
    }

    private async Task<OpenSubscription> OpenAsync(Cursor cursor) =>
        (await _subscriptions.OpenAsync(_name, new(cursor), () => _wakes++, CancellationToken.None))!;

    private async Task<List<long>> TakeAllAsync(OpenSubscription opened)
    {
        var all = new List<long>();
        while ((await opened.Subscription.TakeAsync(CancellationToken.None)).Events is { Count: > 0 } taken)
        {
            all.AddRange(taken.Select(_name.CursorOf));
        }

        return all;
    }

    private Gateway.Channels.Subscriptions Subscriptions(int pageSize, int queue) =>
        new(_hub, new(_journal, [new NamedKind("jobs")], TimeProvider.System), new(), new() { PageSize = pageSize, QueueCapacity = queue });
}
