using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

public sealed class PublishTests
{
    // Retains nothing of its own.
    private static readonly MqttOptions Quiet = new() { SysInterval = TimeSpan.Zero };

    [Test]
    public async Task Publish_Qos1_ReachesSubscriberAtItsGrantedQos([Values(0, 1, 2)] int granted)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var subscriber = await fixture.ConnectAsync(RawClient.Hello("s"));
        await subscriber.SubscribeAsync(new SubscriptionRequest("a/+", (byte)granted));
        using var publisher = await fixture.ConnectAsync(RawClient.Hello("p", ProtocolVersion.V311));
        await publisher.PublishAsync("a/b", "x", qos: 1, packetId: 9);

        var received = await subscriber.ReadPublishAsync();
        var ack = await publisher.ReadAckAsync();

        Assert.Multiple(() =>
        {
            Assert.That(received.Payload, Is.EqualTo("x"));
            Assert.That(received.Qos, Is.EqualTo(Math.Min(1, granted)));
            Assert.That(ack, Is.EqualTo(new AckPacket(PacketType.PubAck, 9)));
        });
    }

    [Test]
    public async Task PubAcks_CommitsOutstanding_LeaveInOrderAfterTheCommit()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        fixture.Store.Hold();
        using var client = await fixture.ConnectAsync(RawClient.Hello("p", ProtocolVersion.V311));
        await client.PublishAsync("a", "kept", qos: 1, retain: true, packetId: 1);
        await client.PublishAsync("b", "passing", qos: 1, packetId: 2);
        await client.PublishAsync("c", "kept", qos: 1, retain: true, packetId: 3);
        await Eventually.HoldsAsync(() => fixture.Store.Held == 3, "all three are in the gate at once");
        Assert.That(await client.PingAsync(), Is.Zero, "acknowledgements before the commit");

        fixture.Store.Commit();

        ushort[] order = [(await client.ReadAckAsync()).PacketId, (await client.ReadAckAsync()).PacketId, (await client.ReadAckAsync()).PacketId];
        Assert.That(order, Is.EqualTo(new ushort[] { 1, 2, 3 }));
    }

    [Test]
    public async Task Publish_NobodyOwedDurability_TouchesNoStore()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("p", ProtocolVersion.V311));
        await client.PublishAsync("a", "x", qos: 1);
        await client.ReadAckAsync();
        Assert.That(fixture.Store.Commits, Is.Zero);
    }

    [Test]
    public async Task Commit_Fails_ConnectionClosedWithoutAck()
    {
        await using var fixture = await BrokerFixture.StartAsync(Quiet, new() { Failure = new IOException("disk") });
        using var client = await fixture.ConnectAsync(RawClient.Hello("p"));
        await client.PublishAsync("a", "x", qos: 1, retain: true);

        var (header, body) = await client.ReadAsync();

        Assert.Multiple(() =>
        {
            Assert.That(header, Is.EqualTo(0xE0));
            Assert.That(body[0], Is.EqualTo((byte)ReasonCode.ImplementationSpecificError));
        });
        Assert.That(await client.TryReadAsync(), Is.Null);
        Assert.That(fixture.Broker.Retained, Is.Zero);
    }

    [Test]
    public async Task Commit_Fails_WhatTheConnectionSentAfterwards_IsNotStoredEither()
    {
        var store = new MemoryStore();
        await using var fixture = await BrokerFixture.StartAsync(Quiet, store);
        using var client = await fixture.ConnectAsync(RawClient.Hello("p"));
        store.Hold();
        await client.PublishAsync("first", "x", qos: 1, retain: true, packetId: 1);
        await client.PublishAsync("second", "x", qos: 1, retain: true, packetId: 2);
        await Eventually.HoldsAsync(() => store.Held == 2, "both wait for the writer");

        // The store is well again when the second is written; who sends it again after the first would find it overtaken.
        store.FailOnce(new IOException("disk"));
        store.Commit();

        Assert.That((await client.ReadAsync()).Header, Is.EqualTo(0xE0));
        Assert.That(store.Retained.Keys, Is.Empty);
        Assert.That(fixture.Broker.Retained, Is.Zero);
    }

    [Test]
    public async Task Publish_Qos2_IsRoutedOnceHoweverOftenItIsSent()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var subscriber = await fixture.ConnectAsync(RawClient.Hello("s"));
        await subscriber.SubscribeAsync(new SubscriptionRequest("a", 0));
        using var publisher = await fixture.ConnectAsync(RawClient.Hello("p"));
        await publisher.PublishAsync("a", "once", qos: 2, packetId: 5);
        await publisher.PublishAsync("a", "once", qos: 2, packetId: 5);
        AckPacket[] received = [await publisher.ReadAckAsync(), await publisher.ReadAckAsync()];
        await publisher.AckAsync(PacketType.PubRel, 5);
        var completed = await publisher.ReadAckAsync();
        await publisher.PublishAsync("a", "next", qos: 2, packetId: 5);

        Assert.Multiple(() =>
        {
            Assert.That(received, Is.All.EqualTo(new AckPacket(PacketType.PubRec, 5)));
            Assert.That(completed, Is.EqualTo(new AckPacket(PacketType.PubComp, 5)));
        });
        Assert.That((await subscriber.ReadPublishAsync()).Payload, Is.EqualTo("once"));
        Assert.That((await subscriber.ReadPublishAsync()).Payload, Is.EqualTo("next"));
    }

    [Test]
    public async Task Publish_ForbiddenTopic_Answered0x87AndNotRouted()
    {
        await using var fixture = await BrokerFixture.StartAsync(authenticator: new GuardedDoor());
        using var client = await fixture.ConnectAsync(RawClient.Hello("p"));
        await client.SubscribeAsync(new SubscriptionRequest("#", 0));
        await client.PublishAsync("denied/x", "x", qos: 1, retain: true);
        var ack = await client.ReadAckAsync();
        Assert.That(ack.Reason, Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That(await client.PingAsync(), Is.Zero);
        Assert.That(fixture.Broker.Retained, Is.Zero);
    }

    [Test]
    public async Task Product_Publishes_SubscriberGetsItAndTaskEnds()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("enrollments/#", 1));
        await fixture.Broker.Publish("enrollments/1/state", "{}"u8.ToArray(), qos: 1, retain: true, expiry: TimeSpan.FromMinutes(1));
        var received = await client.ReadPublishAsync();
        Assert.Multiple(() =>
        {
            Assert.That(received.Payload, Is.EqualTo("{}"));
            Assert.That(received.Properties!.MessageExpiry, Is.InRange(55, 60));
            Assert.That(fixture.Store.Retained.Keys, Is.EqualTo(new[] { "enrollments/1/state" }));
        });
    }

    [Test]
    public async Task Message_PropertiesGiven_PassedOnInOrder()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("a", 0));
        await client.PublishAsync("a", "x", properties: new()
        {
            ContentType = "text/plain",
            ResponseTopic = "r",
            CorrelationData = [1, 2],
            UserProperties = [new("k", "1"), new("a", "2"), new("k", "3")],
        });
        var properties = (await client.ReadPublishAsync()).Properties!;
        Assert.Multiple(() =>
        {
            Assert.That(properties.ContentType, Is.EqualTo("text/plain"));
            Assert.That(properties.ResponseTopic, Is.EqualTo("r"));
            Assert.That(properties.CorrelationData, Is.EqualTo(new byte[] { 1, 2 }));
            Assert.That(properties.UserProperties!.Select(static p => p.Key + p.Value), Is.EqualTo(new[] { "k1", "a2", "k3" }));
        });
    }
}
