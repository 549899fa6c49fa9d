using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;
using Gateway.Tests.Support;

namespace Gateway.Tests.Broker;

[TestFixture]
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
}
