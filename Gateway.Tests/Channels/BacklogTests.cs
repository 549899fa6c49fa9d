using System.Text;
using Gateway.Channels;
using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>However much a page has missed, it gets all of it, by pages of bounded size, from the real store.</summary>
public sealed class BacklogTests
{
    private const int PageSize = 200;
    private static readonly ChannelName Counter = SomeCounter.Channel();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(PageSize - 1)]
    [TestCase(PageSize)]
    [TestCase(PageSize + 1)]
    [TestCase(10_001, Category = "Slow")]
    [TestCase(1_000_000, Category = "Slow")]
    public async Task Backlog_IsTakenWhole_ByPages_AndThenLive(int missed)
    {
        using var folder = new SomeFolder();
        var hub = new ChannelHub();
        await using var some = SomeJournal.Open(folder, listener: hub);
        await AppendAsync(some, missed + 1);
        using var meters = new ChannelMeters();
        var source = new StreamSource(some.Journal, [new CountingKind()], TimeProvider.System);
        var subscriptions = new Gateway.Channels.Subscriptions(hub, source, meters, new() { PageSize = PageSize });
        foreach (var name in new[] { StreamName.Of(Counter), StreamName.FeedOf("counters") })
        {
            var woken = new AsyncSignal();
            using var opened = await subscriptions.OpenAsync(name, new(new(some.Journal.Epoch, 1)), woken.Set, CancellationToken.None);
            var next = 2L;
            var largest = 0;
            while ((await opened!.Subscription.TakeAsync(CancellationToken.None)).Events is { Count: > 0 } taken)
            {
                largest = Math.Max(largest, taken.Count);
                foreach (var stored in taken)
                {
                    if (stored.Seq != next++)
                    {
                        Assert.Fail($"{stored.Seq} came for {next - 1}");
                    }
                }
            }

            Assert.That(next - 2, Is.EqualTo((await some.Journal.SnapshotAsync(Counter, CancellationToken.None))!.Seq - 1));
            Assert.That(largest, Is.LessThanOrEqualTo(PageSize));
            await AppendAsync(some, 1);
            await Eventually.HoldsAsync(() => opened.Subscription.Progress.Queued == 1, "live");
        }

        Assert.That((hub.Streams, hub.Subscriptions), Is.EqualTo((0, 0)));
    }

    // The real store, whose retention goes past readers of a channel and of its feed in mid-stream.
    [Test]
    public async Task Backlog_ThatRetentionPasses_BecomesTheState_AndThenLive()
    {
        const int all = 1_000;
        using var folder = new SomeFolder();
        var hub = new ChannelHub();
        await using var some = SomeJournal.Open(folder, listener: hub);
        await AppendAsync(some, all);
        using var meters = new ChannelMeters();
        var source = new StreamSource(some.Journal, [new CountingKind()], TimeProvider.System);
        var subscriptions = new Gateway.Channels.Subscriptions(hub, source, meters, new() { PageSize = PageSize });
        var readers = new List<OpenSubscription>();
        foreach (var name in new[] { StreamName.Of(Counter), StreamName.FeedOf("counters") })
        {
            readers.Add((await subscriptions.OpenAsync(name, new(new(some.Journal.Epoch, 1)), () => { }, CancellationToken.None))!);
            Assert.That((await readers[^1].Subscription.TakeAsync(CancellationToken.None)).Events[^1].Seq, Is.EqualTo(1 + PageSize));
        }

        await using var retention = some.Retention(new(_ => new(Age: null, Events: 100, Bytes: null), [], TimeSpan.FromHours(1)));
        Assert.That(await retention.SweepAsync(CancellationToken.None), Is.EqualTo(all - 100));
        foreach (var reader in readers)
        {
            var anew = await reader.Subscription.TakeAsync(CancellationToken.None);
            Assert.That((anew.Events.Count, anew.Anew?.Head), Is.EqualTo((0, (long?)all)));
            Assert.That((await reader.Subscription.TakeAsync(CancellationToken.None)).IsNothing);
        }

        await AppendAsync(some, 1);
        foreach (var reader in readers)
        {
            Assert.That((await reader.Subscription.TakeAsync(CancellationToken.None)).Events.Select(stored => stored.Seq), Is.EqualTo(new[] { all + 1L }));
            reader.Dispose();
        }
    }

    [TestCase(200)]
    [TestCase(40_000)]
    [TestCase(400_000)]
    public async Task Backlog_OfLargeEvents_ReachesThePageWhole(int length)
    {
        const int missed = 6;
        var job = ChannelName.Of("jobs", "one");
        var text = new string('x', length);
        await using var live = await LiveFixture.StartAsync();
        for (var i = 0; i < missed; i++)
        {
            live.Journal.Store(job, Encoding.UTF8.GetBytes($$"""{"text":"{{text}}"}"""));
        }

        await using var page = await live.OpenPageAsync();
        await page.AskAsync("""{"op":"subscribe","channel":"jobs/one","since":0}""");

        for (var seq = 1; seq <= missed; seq++)
        {
            var frame = await page.NextAsync();
            Assert.That(((long)frame["seq"]!, (string?)frame["data"]!["text"] == text), Is.EqualTo(((long)seq, true)));
        }
    }

    // In large commits: what is tried is reading.
    private static async Task AppendAsync(SomeJournal some, int count)
    {
        for (var left = count; left > 0; left -= 10_000)
        {
            var batch = Math.Min(left, 10_000);
            await some.Journal.WriteAsync(transaction =>
            {
                for (var i = 0; i < batch; i++)
                {
                    transaction.Append(Counter, SomeCounter.Add(1));
                }

                return batch;
            });
        }
    }
}
