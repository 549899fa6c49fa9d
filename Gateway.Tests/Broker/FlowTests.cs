using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

public sealed class FlowTests
{
    [Test]
    public async Task Subscriber_ReadsNothing_OthersAreServedAndItEndsAtItsLimit()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { MaxQueuedBytes = 200_000, CloseTimeout = TimeSpan.FromMilliseconds(200) });
        using var slow = await fixture.ConnectAsync(RawClient.Hello("slow"));
        await slow.SubscribeAsync(new SubscriptionRequest("a", 1));
        using var quick = await fixture.ConnectAsync(RawClient.Hello("quick"));
        await quick.SubscribeAsync(new SubscriptionRequest("a", 0));
        var payload = new byte[50_000];
        var served = 0;
        while (fixture.Broker.Counts.OverflowedSessions == 0 && served < 1_000)
        {
            await fixture.Broker.Publish("a", payload, 1, retain: false);
            Assert.That((await quick.ReadPublishAsync()).Payload, Has.Length.EqualTo(50_000));
            served++;
        }

        Assert.That(fixture.Broker.Counts.OverflowedSessions, Is.EqualTo(1), "the slow session is ended at its limit");
        Assert.That(await quick.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Delivery_ReceiveMaximumReached_WaitsForAcknowledgement()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s") with { Properties = new() { ReceiveMaximum = 2 } });
        await client.SubscribeAsync(new SubscriptionRequest("a", 1));
        for (var i = 0; i < 3; i++)
        {
            await fixture.Broker.Publish("a", "x"u8.ToArray(), 1, retain: false);
        }

        var first = await client.ReadPublishAsync();
        await client.ReadPublishAsync();
        Assert.That(await client.PingAsync(), Is.Zero, "a third message before an acknowledgement");
        await client.AckAsync(PacketType.PubAck, first.PacketId);
        Assert.That((await client.ReadPublishAsync()).Topic, Is.EqualTo("a"));
    }

    [Test]
    public async Task Message_Expired_IsNotDelivered()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s", ProtocolVersion.V311, clean: false));
        await client.SubscribeAsync(new SubscriptionRequest("a", 1));
        client.Dispose();
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 0, "it is away");
        await fixture.Broker.Publish("a", "old"u8.ToArray(), 1, retain: false, TimeSpan.Zero);
        await fixture.Broker.Publish("a", "good"u8.ToArray(), 1, retain: false, TimeSpan.FromMinutes(1));
        using var back = await fixture.ConnectAsync(RawClient.Hello("s", ProtocolVersion.V311, clean: false));
        Assert.That((await back.ReadPublishAsync()).Payload, Is.EqualTo("good"));
    }

    [Test]
    public async Task Packet_BeyondTheBound_Answered0x95()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { MaxPacketSize = 1_000 });
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.PublishAsync("a", new string('x', 1_000));
        Assert.That((await client.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.PacketTooLarge));
    }

    [Test]
    public async Task Session_Resumed_InFlightSentAgainWithDup()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        var hello = RawClient.Hello("s", clean: false) with { Properties = new() { SessionExpiry = 60 } };
        using var client = await fixture.ConnectAsync(hello);
        await client.SubscribeAsync(new SubscriptionRequest("a", 2));
        await fixture.Broker.Publish("a", "1"u8.ToArray(), 1, retain: false);
        await fixture.Broker.Publish("a", "2"u8.ToArray(), 2, retain: false);
        var first = await client.ReadPublishAsync();
        var second = await client.ReadPublishAsync();
        await client.AckAsync(PacketType.PubRec, second.PacketId);
        Assert.That((await client.ReadAckAsync()).Type, Is.EqualTo(PacketType.PubRel));
        client.Dispose();

        using var back = await fixture.ConnectAsync(hello);
        var again = await back.ReadPublishAsync();
        var release = await back.ReadAckAsync();

        Assert.Multiple(() =>
        {
            Assert.That(again, Is.EqualTo(first with { Duplicate = true, Properties = again.Properties }));
            Assert.That(release, Is.EqualTo(new AckPacket(PacketType.PubRel, second.PacketId)));
        });
    }

    [Test]
    public async Task Retained_BeyondTheBound_RefusedAloudAndReplacingGoesOn()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { MaxRetained = 1, SysInterval = TimeSpan.Zero });
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.PublishAsync("a", "1", qos: 1, retain: true, packetId: 1);
        await client.PublishAsync("a", "2", qos: 1, retain: true, packetId: 2);
        await client.PublishAsync("b", "3", qos: 1, retain: true, packetId: 3);
        ushort[] acknowledged = [(await client.ReadAckAsync()).PacketId, (await client.ReadAckAsync()).PacketId];
        Assert.That(acknowledged, Is.EqualTo(new ushort[] { 1, 2 }));
        Assert.That((await client.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.QuotaExceeded));
    }

    [Test]
    public async Task Store_FailsAtConnect_RefusedAndTheClientIdIsFreeAgain()
    {
        await using var fixture = await BrokerFixture.StartAsync(store: new() { Failure = new IOException("disk") });
        var lasting = RawClient.Hello("s", ProtocolVersion.V311, clean: false);
        using var refused = await fixture.OpenAsync();
        Assert.That((await refused.ConnectAsync(lasting)).Reason, Is.EqualTo(ReasonCode.ServerUnavailable));
        fixture.Store.Failure = null;
        using var accepted = await fixture.ConnectAsync(lasting);
        Assert.That(await accepted.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Gate_Throws_ClientIsToldAndOthersGoOn()
    {
        await using var fixture = await BrokerFixture.StartAsync(gate: static _ => new BrokenGate());
        using var other = await fixture.ConnectAsync(RawClient.Hello("o"));
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.PublishAsync("a", "x", qos: 1);
        Assert.That((await client.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.ImplementationSpecificError));
        Assert.That(await other.PingAsync(), Is.Zero);
    }

    private sealed class BrokenGate : IPublishGate
    {
        public void Submit(PublishUnit unit) => throw new InvalidOperationException("broken");
    }
}
