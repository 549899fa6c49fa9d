using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker.Clauses;

/// <summary>What the standard says of messages, their acknowledgements and their flow; docs/mqtt-conformance.md names the clauses.</summary>
public sealed class PublishClauseTests
{
    private static readonly ConnectPacket s_lasting = RawClient.Hello("s", clean: false) with { Properties = new() { SessionExpiry = 600 } };

    [Test]
    public async Task Dup_OfThePublisher_IsNotPassedOn()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await SubscribedAsync(fixture, new SubscriptionRequest("a", 1));
        await client.SendAsync(static to => new PublishPacket { Topic = "a"u8, Qos = 1, PacketId = 5, Duplicate = true }.Write(to, ProtocolVersion.V500));
        Assert.That((await ReadPublishAsync(client)).Duplicate, Is.False);
    }

    [Test]
    public async Task Message_NotRetained_LeavesTheRetainedOneAlone()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("x"));
        await client.PublishAsync("a", "kept", qos: 1, retain: true, packetId: 1);
        await client.PublishAsync("a", "live", qos: 1, packetId: 2);
        await client.PublishAsync("a", "", qos: 1, packetId: 3);
        for (var i = 0; i < 3; i++)
        {
            await client.ReadAckAsync();
        }

        await client.SubscribeAsync(new SubscriptionRequest("a", 1));
        var retained = await client.ReadPublishAsync();
        Assert.That((retained.Payload, retained.Retain), Is.EqualTo(("kept", true)));
    }

    [Test]
    public async Task Expiry_WhileItWaited_IsTakenOffWhatIsSent()
    {
        var time = new ManualTime();
        await using var fixture = await BrokerFixture.StartAsync(new() { SysInterval = TimeSpan.Zero }, time: time);
        using (await SubscribedAsync(fixture, new SubscriptionRequest("a", 1), s_lasting))
        {
        }

        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 0, "it is away");
        await fixture.Broker.Publish("a", "x"u8.ToArray(), 1, retain: false, TimeSpan.FromSeconds(100));
        time.Advance(TimeSpan.FromSeconds(30));
        using var back = await fixture.ConnectAsync(s_lasting);
        Assert.That((await back.ReadPublishAsync()).Properties!.MessageExpiry, Is.EqualTo(70));
    }

    [Test]
    public async Task Expiry_AfterItWasSent_DoesNotStopItsRedelivery([Values] bool isRestarted)
    {
        var time = new ManualTime();
        var store = new MemoryStore();
        var options = new MqttOptions { SysInterval = TimeSpan.Zero };
        var before = await BrokerFixture.StartAsync(options, store, time: time);
        using (var client = await SubscribedAsync(before, new SubscriptionRequest("a", 2), s_lasting))
        {
            await before.Broker.Publish("a", "x"u8.ToArray(), 2, retain: false, TimeSpan.FromSeconds(5));
            await client.ReadPublishAsync();
        }

        await Eventually.HoldsAsync(() => before.Broker.Counts.Connections == 0, "it is away");
        if (isRestarted)
        {
            await before.DisposeAsync();
        }

        await using var after = isRestarted ? await BrokerFixture.StartAsync(options, store, time: time) : before;
        time.Advance(TimeSpan.FromSeconds(60));
        using var back = await after.ConnectAsync(s_lasting);
        Assert.That((await back.ReadPublishAsync()).Duplicate, Is.True);
    }

    [TestCase((ushort)0, "a", ReasonCode.TopicAliasInvalid)]
    [TestCase((ushort)11, "a", ReasonCode.TopicAliasInvalid)]
    [TestCase((ushort)3, "", ReasonCode.ProtocolError)]
    public async Task Alias_ThatCannotBe_EndsTheConnection(int alias, string topic, object reason)
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { TopicAliasMaximum = 10 });
        using var client = await fixture.ConnectAsync(RawClient.Hello("x"));
        await client.PublishAsync(topic, "x", properties: new() { TopicAlias = (ushort)alias });
        Assert.That((await client.ReadAsync()).Body[0], Is.EqualTo((byte)(ReasonCode)reason));
    }

    [Test]
    public async Task Alias_OfAnEarlierConnection_MeansNothing()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { TopicAliasMaximum = 10 });
        using (var first = await fixture.ConnectAsync(s_lasting))
        {
            await first.PublishAsync("a", "x", qos: 1, properties: new() { TopicAlias = 1 });
            await first.ReadAckAsync();
        }

        using var second = await fixture.ConnectAsync(s_lasting);
        await second.PublishAsync("", "x", qos: 1, properties: new() { TopicAlias = 1 });
        Assert.That((await second.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.ProtocolError));
    }

    [Test]
    public async Task Alias_OfAClientThatTakesNone_IsNeverSent()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await SubscribedAsync(fixture, new SubscriptionRequest("a", 0));
        for (var i = 0; i < 2; i++)
        {
            await fixture.Broker.Publish("a", "x"u8.ToArray(), 0, retain: false);
            var message = await client.ReadPublishAsync();
            Assert.That((message.Topic, message.Properties?.TopicAlias), Is.EqualTo(("a", (ushort?)null)));
        }
    }

    [Test]
    public async Task SubscriptionIdentifier_FromAClient_IsNotPassedOn()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await SubscribedAsync(fixture, new SubscriptionRequest("a", 0));
        await client.PublishAsync("a", "x", properties: new() { SubscriptionIdentifiers = [1] });
        Assert.That((await client.ReadPublishAsync()).Properties?.SubscriptionIdentifiers, Is.Null);
    }

    [Test]
    public async Task ReceiveMaximum_Reached_Qos0AndOtherPacketsGoOn()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await SubscribedAsync(
            fixture, new SubscriptionRequest("a/#", 1), RawClient.Hello("s") with { Properties = new() { ReceiveMaximum = 1 } });
        await fixture.Broker.Publish("a/1", "x"u8.ToArray(), 1, retain: false);
        Assert.That((await client.ReadPublishAsync()).Topic, Is.EqualTo("a/1"));
        await fixture.Broker.Publish("a/0", "x"u8.ToArray(), 0, retain: false);
        Assert.That((await client.ReadPublishAsync()).Topic, Is.EqualTo("a/0"));
        Assert.That(await client.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task ReceiveMaximum_QosTwoSentAgainAfterReconnect_DoesNotCountTwice()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { ReceiveMaximum = 2 });
        using (var first = await fixture.ConnectAsync(s_lasting))
        {
            await first.PublishAsync("a", "x", qos: 2, packetId: 1);
            await first.PublishAsync("a", "x", qos: 2, packetId: 2);
            await first.ReadAckAsync();
            await first.ReadAckAsync();
        }

        using var again = await fixture.ConnectAsync(s_lasting);
        await again.PublishAsync("a", "x", qos: 2, packetId: 1);
        await again.PublishAsync("a", "x", qos: 2, packetId: 2);
        AckPacket[] acks = [await again.ReadAckAsync(), await again.ReadAckAsync()];
        Assert.That(acks, Is.EqualTo(new AckPacket[] { new(PacketType.PubRec, 1), new(PacketType.PubRec, 2) }));
    }

    [TestCase(1, PacketType.PubAck)]
    [TestCase(2, PacketType.PubRec)]
    public async Task Refusal_ByTheReceiver_EndsTheMessage(int qos, object type)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using (var client = await SubscribedAsync(fixture, new SubscriptionRequest("a", (byte)qos), s_lasting))
        {
            await fixture.Broker.Publish("a", "x"u8.ToArray(), (byte)qos, retain: false);
            var message = await client.ReadPublishAsync();
            await client.SendAsync(to => new AckPacket((PacketType)type, message.PacketId, ReasonCode.UnspecifiedError).Write(to, ProtocolVersion.V500));
            Assert.That(await client.PingAsync(), Is.Zero, "no PUBREL");
        }

        using var back = await fixture.ConnectAsync(s_lasting);
        Assert.That(await back.PingAsync(), Is.Zero, "not sent again");
    }

    [Test]
    public async Task PacketId_AfterItsAcknowledgement_IsANewMessage([Values(1, 2)] int qos)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var watcher = await SubscribedAsync(fixture, new SubscriptionRequest("a", 0));
        using var client = await fixture.ConnectAsync(RawClient.Hello("p"));
        for (var i = 0; i < 2; i++)
        {
            await client.PublishAsync("a", $"{i}", qos: (byte)qos, packetId: 9);
            Assert.That((await client.ReadAckAsync()).PacketId, Is.EqualTo(9));
            if (qos == 2)
            {
                await client.AckAsync(PacketType.PubRel, 9);
                Assert.That(await client.ReadAckAsync(), Is.EqualTo(new AckPacket(PacketType.PubComp, 9)));
            }

            Assert.That((await watcher.ReadPublishAsync()).Payload, Is.EqualTo($"{i}"));
        }
    }

    [Test]
    public async Task PacketId_RefusedWithPubRec_IsANewMessageNextTime()
    {
        await using var fixture = await BrokerFixture.StartAsync(authenticator: new GuardedDoor());
        using var watcher = await SubscribedAsync(fixture, new SubscriptionRequest("a", 0));
        using var client = await fixture.ConnectAsync(RawClient.Hello("p"));
        await client.PublishAsync("denied/a", "x", qos: 2, packetId: 9);
        Assert.That((await client.ReadAckAsync()).Reason, Is.EqualTo(ReasonCode.NotAuthorized));
        await client.PublishAsync("a", "y", qos: 2, packetId: 9);
        Assert.That((await client.ReadAckAsync()).Reason, Is.EqualTo(ReasonCode.Success));
        Assert.That((await watcher.ReadPublishAsync()).Payload, Is.EqualTo("y"));
    }

    [Test]
    public async Task PubRel_OfAnUnknownId_IsAnswered()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("p"));
        await client.AckAsync(PacketType.PubRel, 77);
        var answer = await client.ReadAckAsync();
        Assert.That((answer.Type, answer.PacketId), Is.EqualTo((PacketType.PubComp, (ushort)77)));
    }

    [Test]
    public async Task Messages_OfOnePublisher_ArriveInOrder([Values(0, 1, 2)] int qos)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var watcher = await SubscribedAsync(fixture, new SubscriptionRequest("a", 2));
        using var client = await fixture.ConnectAsync(RawClient.Hello("p"));
        for (ushort id = 1; id <= 50; id++)
        {
            await client.PublishAsync("a", $"{id}", (byte)qos, packetId: id);
        }

        for (var id = 1; id <= 50; id++)
        {
            Assert.That((await watcher.ReadPublishAsync()).Payload, Is.EqualTo($"{id}"));
        }
    }

    [Test]
    public async Task Pubrels_LeaveInTheOrderOfThePubrecs()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await SubscribedAsync(fixture, new SubscriptionRequest("a", 2), s_lasting);
        var ids = new List<ushort>();
        for (var i = 0; i < 5; i++)
        {
            await fixture.Broker.Publish("a", "x"u8.ToArray(), 2, retain: false);
            ids.Add((await client.ReadPublishAsync()).PacketId);
        }

        foreach (var id in ids)
        {
            await client.AckAsync(PacketType.PubRec, id);
        }

        foreach (var id in ids)
        {
            Assert.That(await client.ReadAckAsync(), Is.EqualTo(new AckPacket(PacketType.PubRel, id)));
        }
    }

    [Test]
    public async Task MalformedPacket_Received_IsAnsweredAndTheConnectionClosed()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("p"));
        await client.SendAsync("30 02 0001");
        Assert.That((await client.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.MalformedPacket));
        Assert.That(await client.TryReadAsync(), Is.Null);
        using var old = await fixture.ConnectAsync(RawClient.Hello("o", ProtocolVersion.V311));
        await old.SendAsync("30 02 0001");
        Assert.That(await old.TryReadAsync(), Is.Null, "3.1.1 has no word for it");
    }

    private static async Task<RawClient> SubscribedAsync(BrokerFixture fixture, SubscriptionRequest request, ConnectPacket? hello = null)
    {
        var client = await fixture.ConnectAsync(hello ?? RawClient.Hello("s"));
        await client.SubscribeAsync(request);
        return client;
    }

    // acknowledgements of the same client's own messages may come in between
    private static async Task<Received> ReadPublishAsync(RawClient client)
    {
        while (true)
        {
            var (header, body) = await client.ReadAsync();
            if (header >> 4 == (int)PacketType.Publish)
            {
                return Received.From(PublishPacket.Read(body, header & 15, ProtocolVersion.V500, fromServer: true));
            }
        }
    }
}
