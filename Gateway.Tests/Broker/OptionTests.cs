using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

/// <summary>What MQTT 5 lets a subscriber or a server choose.</summary>
public sealed class OptionTests
{
    [Test]
    public async Task NoLocal_OwnMessages_AreNotEchoed()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("a", 0, NoLocal: true));
        await client.PublishAsync("a", "own");
        await fixture.Broker.Publish("a", "other"u8.ToArray(), 0, retain: false);
        Assert.That((await client.ReadPublishAsync()).Payload, Is.EqualTo("other"));
    }

    [TestCase(RetainHandling.Send, 2)]
    [TestCase(RetainHandling.SendWhenNew, 1)]
    [TestCase(RetainHandling.DoNotSend, 0)]
    public async Task RetainHandling_SubscribedTwice_RetainedComesThisOften(object handling, int times)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        await fixture.Broker.Publish("a", "x"u8.ToArray(), 0, retain: true);
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        var heard = 0;
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(to => new SubscribePacket(1, [new("a", 0, RetainHandling: (RetainHandling)handling)]).Write(to, ProtocolVersion.V500));
            await client.ReadAsync();
            heard += await client.PingAsync();
        }

        // a message may still follow the answer to PINGREQ, which goes first
        while (heard < times)
        {
            await client.ReadPublishAsync();
            heard++;
        }

        Assert.That(heard + await client.PingAsync(), Is.EqualTo(times));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task RetainAsPublished_LiveMessage_FlagIsKeptOrCleared(bool asPublished)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("a", 0, RetainAsPublished: asPublished));
        await fixture.Broker.Publish("a", "x"u8.ToArray(), 0, retain: true);
        Assert.That((await client.ReadPublishAsync()).Retain, Is.EqualTo(asPublished));
    }

    [Test]
    public async Task Share_TwoMembers_EachMessageGoesToOneOfThemInTurn()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var first = await fixture.ConnectAsync(RawClient.Hello("1"));
        using var second = await fixture.ConnectAsync(RawClient.Hello("2"));
        await first.SubscribeAsync(new SubscriptionRequest("$share/g/a", 1));
        await second.SubscribeAsync(new SubscriptionRequest("$share/g/a", 1));
        for (var i = 0; i < 4; i++)
        {
            await fixture.Broker.Publish("a", "x"u8.ToArray(), 1, retain: false);
        }

        foreach (var member in new[] { first, second })
        {
            await member.ReadPublishAsync();
            await member.ReadPublishAsync();
            Assert.That(await member.PingAsync(), Is.Zero);
        }
    }

    [Test]
    public async Task Share_DurableMembers_TakeTurnsWhetherHereOrAway([Values] bool isAway)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        var members = new List<RawClient>();
        foreach (var name in (string[])["one", "two"])
        {
            var member = await fixture.ConnectAsync(RawClient.Hello(name, clean: false) with { Properties = new() { SessionExpiry = 60 } });
            await member.SubscribeAsync(new SubscriptionRequest("$share/g/a", 1));
            members.Add(member);
            if (isAway)
            {
                await member.SendAsync("E000");
                Assert.That(await member.TryReadAsync(), Is.Null);
            }
        }

        for (var i = 0; i < 8; i++)
        {
            await fixture.Broker.Publish("a", "x"u8.ToArray(), 1, retain: false);
        }

        Assert.That(fixture.Store.Sessions.Values.Select(static session => session.Owed.Count), Is.EqualTo(new[] { 4, 4 }));
        members.ForEach(static member => member.Dispose());
    }

    [Test]
    public async Task Share_MemberDiesWithAMessage_AnotherGetsIt()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var dying = await fixture.ConnectAsync(RawClient.Hello("1"));
        await dying.SubscribeAsync(new SubscriptionRequest("$share/g/a", 1));
        await fixture.Broker.Publish("a", "x"u8.ToArray(), 1, retain: false);
        await dying.ReadPublishAsync();
        using var other = await fixture.ConnectAsync(RawClient.Hello("2"));
        await other.SubscribeAsync(new SubscriptionRequest("$share/g/a", 1));
        dying.Dispose();
        Assert.That((await other.ReadPublishAsync()).Payload, Is.EqualTo("x"));
    }

    [Test]
    public async Task Alias_OfThePublisher_StandsForItsTopic()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { TopicAliasMaximum = 2 });
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("long/topic", 0));
        await client.PublishAsync("long/topic", "1", properties: new() { TopicAlias = 2 });
        await client.PublishAsync("", "2", properties: new() { TopicAlias = 2 });
        string[] topics = [(await client.ReadPublishAsync()).Topic, (await client.ReadPublishAsync()).Topic];
        Assert.That(topics, Is.All.EqualTo("long/topic"));
        await client.PublishAsync("x", "3", properties: new() { TopicAlias = 3 });
        Assert.That((await client.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.TopicAliasInvalid));
    }

    [Test]
    public async Task Alias_ForTheSubscriber_ReplacesTheTopicFromTheSecondTimeOn()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s") with { Properties = new() { TopicAliasMaximum = 1 } });
        await client.SubscribeAsync(new SubscriptionRequest("#", 0));
        foreach (var topic in new[] { "a", "a", "b" })
        {
            await fixture.Broker.Publish(topic, "x"u8.ToArray(), 0, retain: false);
        }

        (string, ushort?)[] heard = [Seen(await client.ReadPublishAsync()), Seen(await client.ReadPublishAsync()), Seen(await client.ReadPublishAsync())];
        Assert.That(heard, Is.EqualTo(new (string, ushort?)[] { ("a", 1), ("", 1), ("b", null) }));

        static (string, ushort?) Seen(Received message) => (message.Topic, message.Properties?.TopicAlias);
    }

    [Test]
    public async Task ReceiveMaximum_OverrunByThePublisher_Answered0x93()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { ReceiveMaximum = 2 });
        using var client = await fixture.ConnectAsync(RawClient.Hello("p"));
        for (ushort id = 1; id <= 3; id++)
        {
            await client.PublishAsync("a", "x", qos: 2, packetId: id);
        }

        await client.ReadAckAsync();
        await client.ReadAckAsync();
        Assert.That((await client.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.ReceiveMaximumExceeded));
    }

    [Test]
    public async Task Announced_OnlyWhatIsGiven()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { MaxQos = 1, RetainAvailable = false, ServerKeepAlive = 7 });
        using var client = await fixture.OpenAsync();
        var given = (await client.ConnectAsync(RawClient.Hello("p"))).Properties;
        Assert.That((given.MaximumQos, given.RetainAvailable, given.ServerKeepAlive, given.ReceiveMaximum, given.MaximumPacketSize),
            Is.EqualTo(((byte?)1, (byte?)0, (ushort?)7, (ushort?)null, (uint?)null)));
    }
}
