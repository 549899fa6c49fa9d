using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

public sealed class SubscribeTests
{
    [TestCase("#", "a/b", true)]
    [TestCase("a/#", "a", true)]
    [TestCase("a/#", "a/b/c", true)]
    [TestCase("+/b", "a/b", true)]
    [TestCase("+", "a/b", false)]
    [TestCase("+/+", "/b", true)]
    [TestCase("a/+", "a/", true)]
    [TestCase("a/+", "a", false)]
    [TestCase("a/b", "a/B", false)]
    [TestCase("#", "$x/a", false)]
    [TestCase("+/a", "$x/a", false)]
    [TestCase("$x/#", "$x/a", true)]
    public async Task Filter_Topic_MatchesLiveAndRetainedAlike(string filter, string topic, bool matches)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await fixture.Broker.Publish(topic, "x"u8.ToArray(), 0, retain: true);
        await client.SubscribeAsync(new SubscriptionRequest(filter, 0));
        var retained = await client.PingAsync() == 1 || (matches && (await client.ReadPublishAsync()).Retain);
        await fixture.Broker.Publish(topic, "y"u8.ToArray(), 0, retain: false);
        var live = matches && (await client.ReadPublishAsync()).Payload == "y";
        Assert.Multiple(() =>
        {
            Assert.That(retained, Is.EqualTo(matches));
            Assert.That(live, Is.EqualTo(matches));
        });
        Assert.That(await client.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Subscriptions_Overlap_OneCopyAtTheHighestQosWithBothIdentifiers()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SendAsync(to => new SubscribePacket(1, [new("a/#", 0)], 11).Write(to, ProtocolVersion.V500));
        await client.SendAsync(to => new SubscribePacket(2, [new("+/b", 1)], 22).Write(to, ProtocolVersion.V500));
        await client.ReadAsync();
        await client.ReadAsync();
        await fixture.Broker.Publish("a/b", "x"u8.ToArray(), 2, retain: false);
        var received = await client.ReadPublishAsync();
        Assert.Multiple(() =>
        {
            Assert.That(received.Qos, Is.EqualTo(1));
            Assert.That(received.Properties!.SubscriptionIdentifiers, Is.EquivalentTo(new[] { 11, 22 }));
        });
        Assert.That(await client.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Subscribe_DeniedFilter_Refused_AndTheWiderOneDoesNotDeliverIt()
    {
        await using var fixture = await BrokerFixture.StartAsync(authenticator: new GuardedDoor());
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        var reasons = await client.SubscribeAsync(new SubscriptionRequest("denied/x", 1), new SubscriptionRequest("#", 1));
        await fixture.Broker.Publish("denied/x", "x"u8.ToArray(), 0, retain: false);
        await fixture.Broker.Publish("open", "y"u8.ToArray(), 0, retain: false);
        Assert.That(reasons, Is.EqualTo(new[] { ReasonCode.NotAuthorized, ReasonCode.GrantedQos1 }));
        Assert.That((await client.ReadPublishAsync()).Topic, Is.EqualTo("open"));
    }

    [Test]
    public async Task Unsubscribe_LiveMessages_StopComing()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("a/#", 0));
        await client.SendAsync(to => new UnsubscribePacket(3, ["a/#", "b"]).Write(to, ProtocolVersion.V500));
        var (_, body) = await client.ReadAsync();
        await fixture.Broker.Publish("a/b", "x"u8.ToArray(), 0, retain: false);
        Assert.That(SubAckPacket.Read(body, PacketType.UnsubAck, ProtocolVersion.V500).Reasons,
            Is.EqualTo(new[] { ReasonCode.Success, ReasonCode.NoSubscriptionExisted }));
        Assert.That(await client.PingAsync(), Is.Zero);
        Assert.That(fixture.Broker.Subscriptions, Is.Zero);
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task Retained_OfASubscriptionAmongManyOthers_ComesAfterItsSubAck(byte qos)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        await fixture.Broker.Publish("r", "x"u8.ToArray(), qos, retain: true);
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        const ushort times = 10_000;
        var sending = Task.Run(async () =>
        {
            for (ushort i = 1; i <= times; i++)
            {
                await client.SendAsync(to => new SubscribePacket(i, [new("r", qos)], i).Write(to, ProtocolVersion.V500));
            }
        });

        var (answered, early) = (0, 0);
        for (var replayed = 0; replayed < times || answered < times;)
        {
            var (header, body) = await client.ReadAsync();
            if (header == 0x90)
            {
                answered = SubAckPacket.Read(body, PacketType.SubAck, ProtocolVersion.V500).PacketId;
                continue;
            }

            replayed++;
            var publish = PublishPacket.Read(body, header & 15, ProtocolVersion.V500, fromServer: true);
            early += publish.Properties!.SubscriptionIdentifiers![0] > answered ? 1 : 0;
            if (qos == 1)
            {
                await client.AckAsync(PacketType.PubAck, publish.PacketId);
            }
        }

        await sending;
        Assert.That(early, Is.Zero, "retained messages before the answer to their SUBSCRIBE");
    }

    [Test]
    public async Task Retained_Many_AllReplayedThroughTheSendWindow()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        for (var i = 0; i < 2_500; i++)
        {
            await fixture.Broker.Publish($"r/{i}", "x"u8.ToArray(), 1, retain: true);
        }

        using var client = await fixture.ConnectAsync(RawClient.Hello("s") with { Properties = new() { ReceiveMaximum = 3 } });
        await client.SubscribeAsync(new SubscriptionRequest("r/+", 1));
        var topics = new HashSet<string>();
        for (var i = 0; i < 2_500; i++)
        {
            var received = await client.ReadPublishAsync();
            Assert.That(received.Retain, Is.True);
            topics.Add(received.Topic);
            await client.AckAsync(PacketType.PubAck, received.PacketId);
        }

        Assert.That(topics, Has.Count.EqualTo(2_500));
    }

    [Test]
    public async Task Retained_EmptyPayload_Clears()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        await fixture.Broker.Publish("a", "x"u8.ToArray(), 1, retain: true);
        await fixture.Broker.Publish("a", default, 1, retain: true);
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("a", 1));
        Assert.That(await client.PingAsync(), Is.Zero);
        Assert.That(fixture.Store.Retained, Is.Empty);
    }

    [Test]
    public async Task Retained_BrokerStartsAgain_IsThere()
    {
        var store = new MemoryStore();
        await using (var before = await BrokerFixture.StartAsync(store: store))
        {
            await before.Broker.Publish("a/b", "x"u8.ToArray(), 1, retain: true);
        }

        await using var fixture = await BrokerFixture.StartAsync(store: store);
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("#", 1));
        Assert.That((await client.ReadPublishAsync()).Topic, Is.EqualTo("a/b"));
    }
}
