using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Broker.Sessions;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

/// <summary>What waits for a durable session is in the store, and comes back from there page by page.</summary>
public sealed class BacklogTests
{
    private const int Many = (2 * SendQueue.WindowMessages) + 500;

    private static readonly ConnectPacket s_lasting = RawClient.Hello("s", clean: false) with { Properties = new() { SessionExpiry = 600 } };
    private MemoryStore _store = null!;

    [SetUp]
    public void NewStore() => _store = new();

    [Test]
    public async Task Backlog_BeyondTheWindow_ArrivesWholeAndInOrder([Values] bool isRestarted, [Values(1, 2)] int qos)
    {
        var before = await StartAsync();
        await SubscribeAsync(before, new SubscriptionRequest("a", (byte)qos));
        await PublishAsync(before, "a", 1, Many, (byte)qos);
        if (isRestarted)
        {
            await before.DisposeAsync();
        }

        await using var after = isRestarted ? await StartAsync() : before;
        using var back = await after.ConnectAsync(s_lasting);
        Assert.That(await TakeAsync(back, Many), Is.EqualTo(Numbers(1, Many)));
        await Eventually.HoldsAsync(() => _store.Messages.IsEmpty, "nothing is owed any more");
    }

    [Test]
    public async Task Backlog_OfBeforeAndAfterARestart_ArrivesWholeAndInOrder([Values(1, 2)] int qos)
    {
        await using (var before = await StartAsync())
        {
            await SubscribeAsync(before, new SubscriptionRequest("a", (byte)qos));
            await PublishAsync(before, "a", 1, 20, (byte)qos);
            _store = _store.Copy();
        }

        await using var after = await StartAsync();
        await PublishAsync(after, "a", 21, 20, (byte)qos);
        using var back = await after.ConnectAsync(s_lasting);
        Assert.That(await TakeAsync(back, 40), Is.EqualTo(Numbers(1, 40)));
    }

    [Test]
    public async Task Backlog_NewMessagesWhileItIsRead_ComeBehindIt()
    {
        await using var fixture = await StartAsync();
        await SubscribeAsync(fixture, new SubscriptionRequest("a", 1));
        await PublishAsync(fixture, "a", 1, Many, 1);
        using var back = await fixture.ConnectAsync(s_lasting);
        var publishing = PublishAsync(fixture, "a", Many + 1, 300, 1);
        var taken = await TakeAsync(back, Many + 300);
        await publishing;
        Assert.That(taken, Is.EqualTo(Numbers(1, Many + 300)));
    }

    [Test]
    public async Task Backlog_ConnectionLostInBetween_GoesOnWhereItStood()
    {
        await using var fixture = await StartAsync();
        await SubscribeAsync(fixture, new SubscriptionRequest("a", 1));
        await PublishAsync(fixture, "a", 1, Many, 1);
        var all = new List<string>();
        for (var part = 0; part < 5; part++)
        {
            using var back = await fixture.ConnectAsync(s_lasting with { Properties = new() { SessionExpiry = 600, ReceiveMaximum = 1 } });
            all.AddRange(await TakeAsync(back, part == 4 ? Many - 400 : 100));
            await back.PingAsync();
        }

        Assert.That(all.Distinct(), Is.EqualTo(Numbers(1, Many)), "in order; what was in flight may come twice");
    }

    [Test]
    public async Task Backlog_CannotBeRead_ConnectionIsClosedAndTheNextOneGetsIt()
    {
        await using var fixture = await StartAsync();
        await SubscribeAsync(fixture, new SubscriptionRequest("a", 1));
        await PublishAsync(fixture, "a", 1, 1, 1);
        _store.ReadFailure = static () => throw new IOException("disk");
        using var refused = await fixture.ConnectAsync(s_lasting);
        Assert.That((await refused.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.ImplementationSpecificError));
        _store.ReadFailure = null;
        using var back = await fixture.ConnectAsync(s_lasting);
        Assert.That((await back.ReadPublishAsync()).Payload, Is.EqualTo("1"));
    }

    [Test]
    public async Task Backlog_BeyondItsLimit_SessionIsEndedWholeAndNoPublisherRefused()
    {
        await using var fixture = await StartAsync(new() { MaxQueuedMessages = 10 });
        await SubscribeAsync(fixture, new SubscriptionRequest("a", 1));
        await PublishAsync(fixture, "a", 1, 11, 1);
        Assert.Multiple(() =>
        {
            Assert.That(fixture.Broker.Counts.OverflowedSessions, Is.EqualTo(1));
            Assert.That(fixture.Broker.Counts.DroppedFor(DropCause.SessionEnded), Is.EqualTo(10));
            Assert.That(_store.Messages, Is.Empty);
            Assert.That(_store.Sessions, Is.Empty);
        });
        using var client = await fixture.OpenAsync();
        Assert.That((await client.ConnectAsync(s_lasting)).SessionPresent, Is.False);
    }

    [Test]
    public async Task Replay_CutByARestart_GoesOnAndBringsEachOnce()
    {
        var received = new List<string>();
        var hello = s_lasting with { Properties = new() { SessionExpiry = 600, ReceiveMaximum = 10 } };
        await using (var before = await StartAsync())
        {
            for (var i = 0; i < Many; i++)
            {
                await before.Broker.Publish($"r/{i:0000}", "x"u8.ToArray(), 2, retain: true);
            }

            using var client = await before.ConnectAsync(hello);
            await client.SubscribeAsync(new SubscriptionRequest("r/#", 2));
            received.AddRange(await TakeTopicsAsync(client, 700));
            await client.PingAsync();
            _store = _store.Copy();
        }

        await using var after = await StartAsync();
        using var back = await after.ConnectAsync(hello);
        received.AddRange(await TakeTopicsAsync(back, Many - 700));
        Assert.That(received, Is.EqualTo(Enumerable.Range(0, Many).Select(static i => $"r/{i:0000}")));
        await Eventually.HoldsAsync(() => _store.Sessions["s"].Subscriptions["r/#"].Replayed is null, "the replay is over");
        Assert.That(await back.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Replay_OfASubscriptionGivenUp_Ends()
    {
        await using var fixture = await StartAsync();
        for (var i = 0; i < Many; i++)
        {
            await fixture.Broker.Publish($"r/{i:0000}", "x"u8.ToArray(), 1, retain: true);
        }

        using var client = await fixture.ConnectAsync(s_lasting with { Properties = new() { SessionExpiry = 600, ReceiveMaximum = 1 } });
        await client.SubscribeAsync(new SubscriptionRequest("r/#", 1));
        await client.SendAsync(to => new UnsubscribePacket(9, ["r/#"]).Write(to, ProtocolVersion.V500));
        await Eventually.HoldsAsync(() => _store.Sessions["s"].Subscriptions.Count == 0, "it is given up");
        Assert.That(fixture.Broker.Counts.Sent, Is.LessThan(SendQueue.WindowMessages));
    }

    [Test]
    public async Task Share_DurableMemberEndsAfterARestart_AnotherGetsWhatItWasNotSent()
    {
        await using (var before = await StartAsync())
        {
            await SubscribeAsync(before, new SubscriptionRequest("$share/g/a", 2));
            await PublishAsync(before, "a", 1, 3, 2);
        }

        await using var after = await StartAsync();
        using var other = await after.ConnectAsync(RawClient.Hello("other"));
        await other.SubscribeAsync(new SubscriptionRequest("$share/g/a", 2));
        using var clean = await after.ConnectAsync(RawClient.Hello("s"));
        Received[] received = [await other.ReadPublishAsync(), await other.ReadPublishAsync(), await other.ReadPublishAsync()];
        Assert.That(received.Select(static r => r.Payload), Is.EqualTo(Numbers(1, 3)));
    }

    [Test]
    public async Task Share_MemberEndsWithAMessageOnItsWay_AnotherGetsItUnlessItIsQos2([Values(1, 2)] int qos, [Values] bool isDurable)
    {
        await using var fixture = await StartAsync();
        using var first = await fixture.ConnectAsync(isDurable ? s_lasting : RawClient.Hello("s"));
        await first.SubscribeAsync(new SubscriptionRequest("$share/g/a", (byte)qos));
        await fixture.Broker.Publish("a", "x"u8.ToArray(), (byte)qos, retain: false);
        await first.ReadPublishAsync();
        using var other = await fixture.ConnectAsync(RawClient.Hello("other"));
        await other.SubscribeAsync(new SubscriptionRequest("$share/g/a", (byte)qos));
        using var clean = await fixture.ConnectAsync(RawClient.Hello("s"));
        Assert.That((await other.PollAsync() is not null) || await other.PingAsync() > 0, Is.EqualTo(qos == 1));
    }

    [Test]
    public async Task Expired_NobodyAsks_GoesFromMemoryAndStore()
    {
        var time = new ManualTime();
        await using var fixture = await BrokerFixture.StartAsync(new() { SysInterval = TimeSpan.Zero, MaxQueuedMessages = 2 }, _store, time: time);
        await SubscribeAsync(fixture, new SubscriptionRequest("a", 1));
        await fixture.Broker.Publish("r", "x"u8.ToArray(), 1, retain: true, TimeSpan.FromSeconds(5));
        await fixture.Broker.Publish("a", "1"u8.ToArray(), 1, retain: false, TimeSpan.FromSeconds(5));
        await fixture.Broker.Publish("a", "2"u8.ToArray(), 1, retain: false, TimeSpan.FromSeconds(5));
        await PassAsync(time, () => fixture.Broker.Retained == 0 && _store.Retained.IsEmpty && _store.Messages.IsEmpty);

        // its place in the queue is free again
        await PublishAsync(fixture, "a", 3, 2, 1);
        using var back = await fixture.ConnectAsync(s_lasting);
        Assert.That(await TakeAsync(back, 2), Is.EqualTo(Numbers(3, 2)));
    }

    private static async Task PassAsync(ManualTime time, Func<bool> isDone)
    {
        await Eventually.HoldsAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return isDone();
            },
            "the watch gets there");
    }

    private static IEnumerable<string> Numbers(int first, int count) => Enumerable.Range(first, count).Select(static n => $"{n}");

    /// <summary>The session exists and its client is away.</summary>
    private static async Task SubscribeAsync(BrokerFixture fixture, SubscriptionRequest request)
    {
        using (var client = await fixture.ConnectAsync(s_lasting))
        {
            await client.SubscribeAsync(request);
            await client.SendAsync("E000");
        }

        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 0, "it is away");
    }

    private static async Task PublishAsync(BrokerFixture fixture, string topic, int first, int count, byte qos)
    {
        foreach (var number in Numbers(first, count))
        {
            await fixture.Broker.Publish(topic, System.Text.Encoding.UTF8.GetBytes(number), qos, retain: false);
        }
    }

    private static async Task<List<string>> TakeAsync(RawClient client, int count) =>
        (await TakeMessagesAsync(client, count)).ConvertAll(static m => m.Payload);

    private static async Task<List<string>> TakeTopicsAsync(RawClient client, int count) =>
        (await TakeMessagesAsync(client, count)).ConvertAll(static m => m.Topic);

    /// <summary>Acknowledges each as its QoS demands, to the end.</summary>
    private static async Task<List<Received>> TakeMessagesAsync(RawClient client, int count)
    {
        var taken = new List<Received>();
        var owed = 0;
        while (taken.Count < count || owed > 0)
        {
            var (header, body) = await client.ReadAsync();
            if (header >> 4 == (int)PacketType.PubRel)
            {
                owed--;
                await client.AckAsync(PacketType.PubComp, AckPacket.Read(body, PacketType.PubRel, ProtocolVersion.V500).PacketId);
                continue;
            }

            var message = Received.From(PublishPacket.Read(body, header & 15, ProtocolVersion.V500, fromServer: true));
            if (taken.Count == count)
            {
                continue;
            }

            taken.Add(message);
            owed += message.Qos == 2 ? 1 : 0;
            await client.AckAsync(message.Qos == 2 ? PacketType.PubRec : PacketType.PubAck, message.PacketId);
        }

        return taken;
    }

    private Task<BrokerFixture> StartAsync(MqttOptions? options = null) => BrokerFixture.StartAsync(options, _store);
}
