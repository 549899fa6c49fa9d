using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker.Clauses;

/// <summary>What the standard says of subscriptions, shared ones, and topics; docs/mqtt-conformance.md names the clauses.</summary>
public sealed class SubscribeClauseTests
{
    [TestCase(ProtocolVersion.V500, ReasonCode.NotAuthorized)]
    [TestCase(ProtocolVersion.V311, ReasonCode.UnspecifiedError)]
    public async Task SubAck_SeveralFilters_HasAReasonForEachInOrder(object version, object denied)
    {
        await using var fixture = await BrokerFixture.StartAsync(authenticator: new GuardedDoor());
        using var client = await fixture.ConnectAsync(RawClient.Hello("s", (ProtocolVersion)version));
        var reasons = await client.SubscribeAsync(new("a", 0), new("denied/b", 1), new("c", 2));
        Assert.That(reasons, Is.EqualTo(new[] { ReasonCode.Success, (ReasonCode)denied, ReasonCode.GrantedQos2 }));
    }

    [Test]
    public async Task Subscription_OfTheSameFilter_IsReplaced()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { MaxSubscriptions = 1 });
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("a", 0));
        Assert.That(await client.SubscribeAsync(new SubscriptionRequest("a", 2)), Is.EqualTo(new[] { ReasonCode.GrantedQos2 }), "no second one");
        await fixture.Broker.Publish("a", "x"u8.ToArray(), 2, retain: false);
        Assert.That((await client.ReadPublishAsync()).Qos, Is.EqualTo(2));
        Assert.That(await client.PingAsync(), Is.Zero, "one copy");
        Assert.That(fixture.Broker.Subscriptions, Is.EqualTo(1));
        Assert.That(await client.SubscribeAsync(new SubscriptionRequest("b", 2)), Is.EqualTo(new[] { ReasonCode.QuotaExceeded }));
    }

    [Test]
    public async Task Unsubscribe_SeveralFilters_ComparedAsTheyAreAndAnsweredInOrder()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new("a/+", 1), new("a/b", 1));
        await client.SendAsync(static to => new UnsubscribePacket(5, ["a/b", "a/#", "a/+"]).Write(to, ProtocolVersion.V500));
        var (header, body) = await client.ReadAsync();
        var answer = SubAckPacket.Read(body, PacketType.UnsubAck, ProtocolVersion.V500);
        Assert.That((header, answer.PacketId), Is.EqualTo(((byte)0xB0, (ushort)5)));
        Assert.That(answer.Reasons, Is.EqualTo(new[] { ReasonCode.Success, ReasonCode.NoSubscriptionExisted, ReasonCode.Success }));
        Assert.That(fixture.Broker.Subscriptions, Is.Zero);
    }

    [Test]
    public async Task Unsubscribe_MessageOnItsWay_IsBroughtToItsEnd()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        var hello = RawClient.Hello("s", clean: false) with { Properties = new() { SessionExpiry = 600 } };
        ushort packetId;
        using (var client = await fixture.ConnectAsync(hello))
        {
            await client.SubscribeAsync(new SubscriptionRequest("a", 2));
            await fixture.Broker.Publish("a", "x"u8.ToArray(), 2, retain: false);
            packetId = (await client.ReadPublishAsync()).PacketId;
            await client.SendAsync(static to => new UnsubscribePacket(5, ["a"]).Write(to, ProtocolVersion.V500));
            Assert.That((await client.ReadAsync()).Header, Is.EqualTo(0xB0));
        }

        using var back = await fixture.ConnectAsync(hello);
        Assert.That((await back.ReadPublishAsync()).PacketId, Is.EqualTo(packetId));
        await back.AckAsync(PacketType.PubRec, packetId);
        Assert.That(await back.ReadAckAsync(), Is.EqualTo(new AckPacket(PacketType.PubRel, packetId)));
    }

    [Test]
    public async Task Share_Members_EachHaveTheirOwnQos()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var none = await fixture.ConnectAsync(RawClient.Hello("none"));
        using var once = await fixture.ConnectAsync(RawClient.Hello("once"));
        await none.SubscribeAsync(new SubscriptionRequest("$share/g/a", 0));
        await once.SubscribeAsync(new SubscriptionRequest("$share/g/a", 1));
        await fixture.Broker.Publish("a", "x"u8.ToArray(), 2, retain: false);
        await fixture.Broker.Publish("a", "x"u8.ToArray(), 2, retain: false);
        Assert.That((await none.ReadPublishAsync()).Qos, Is.Zero);
        Assert.That((await once.ReadPublishAsync()).Qos, Is.EqualTo(1));
    }

    [Test]
    public async Task Share_RefusedByItsMember_GoesToNobodyElse()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var first = await fixture.ConnectAsync(RawClient.Hello("first"));
        await first.SubscribeAsync(new SubscriptionRequest("$share/g/a", 1));
        await fixture.Broker.Publish("a", "x"u8.ToArray(), 1, retain: false);
        var message = await first.ReadPublishAsync();
        using var other = await fixture.ConnectAsync(RawClient.Hello("other"));
        await other.SubscribeAsync(new SubscriptionRequest("$share/g/a", 1));
        await first.SendAsync(to => new AckPacket(PacketType.PubAck, message.PacketId, ReasonCode.UnspecifiedError).Write(to, ProtocolVersion.V500));
        await first.SendAsync("E000");
        Assert.That(await first.TryReadAsync(), Is.Null);
        await Eventually.HoldsAsync(() => fixture.Broker.Sessions == 1, "it is gone");
        Assert.That(await other.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Share_OfAMemberThatWasCutOff_KeepsItsQos2Message()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        var hello = RawClient.Hello("first", clean: false) with { Properties = new() { SessionExpiry = 600 } };
        using var other = await fixture.ConnectAsync(RawClient.Hello("other"));
        using (var first = await fixture.ConnectAsync(hello))
        {
            await first.SubscribeAsync(new SubscriptionRequest("$share/g/a", 2));
            await fixture.Broker.Publish("a", "x"u8.ToArray(), 2, retain: false);
            await first.ReadPublishAsync();
            await other.SubscribeAsync(new SubscriptionRequest("$share/g/a", 2));
        }

        using var back = await fixture.ConnectAsync(hello);
        Assert.That((await back.ReadPublishAsync()).Duplicate, Is.True);
        Assert.That(await other.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Share_WithRetainedMessages_GetsNone()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        await fixture.Broker.Publish("a", "x"u8.ToArray(), 1, retain: true);
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("$share/g/a", 1));
        Assert.That(await client.PingAsync(), Is.Zero);
    }

    [TestCase("a//b", "a/b")]
    [TestCase("/a", "a")]
    [TestCase("a/", "a")]
    [TestCase("A", "a")]
    [TestCase("\uFEFFa", "a")]
    [TestCase("\u00E9", "e\u0301")]
    [TestCase("a b", "a\u00A0b")]
    public async Task Topics_ThatDifferInACharacter_AreDifferent(string one, string other)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest(one, 0));
        await client.PublishAsync(other, "x");
        Assert.That(await client.PingAsync(), Is.Zero);
        await client.PublishAsync(one, "x");
        Assert.That((await client.ReadPublishAsync()).Topic, Is.EqualTo(one));
    }

    [Test]
    public async Task Topic_OfTheGreatestLength_IsPassedOn()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        var longest = new string('a', ushort.MaxValue);
        await client.SubscribeAsync(new SubscriptionRequest("#", 0));
        await client.PublishAsync(longest, "x");
        Assert.That((await client.ReadPublishAsync()).Topic, Is.EqualTo(longest));
    }
}
