using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

/// <summary>A broker that starts again on what the first one had committed.</summary>
public sealed class DurableSessionTests
{
    private static readonly ConnectPacket s_lasting = RawClient.Hello("s", clean: false) with { Properties = new() { SessionExpiry = 600 } };
    private MemoryStore _store = null!;

    [SetUp]
    public void NewStore() => _store = new();

    [Test]
    public async Task Messages_ForWhoIsAway_ThereInOrderAfterRestart()
    {
        await using (var before = await StartAsync())
        {
            using (var client = await before.ConnectAsync(s_lasting))
            {
                await client.SubscribeAsync(new SubscriptionRequest("a/#", 1));
                await client.SendAsync("E000");
            }

            for (var i = 0; i < 3; i++)
            {
                await before.Broker.Publish("a/b", new[] { (byte)('0' + i) }, 1, retain: false);
            }
        }

        await using var after = await StartAsync();
        using var back = await after.OpenAsync();
        var accepted = await back.ConnectAsync(s_lasting);
        Received[] received = [await back.ReadPublishAsync(), await back.ReadPublishAsync(), await back.ReadPublishAsync()];
        Assert.Multiple(() =>
        {
            Assert.That(accepted.SessionPresent, Is.True);
            Assert.That(received.Select(static r => r.Payload), Is.EqualTo(new[] { "0", "1", "2" }));
            Assert.That(received.Any(static r => r.Duplicate), Is.False, "they were never sent before");
        });
    }

    [Test]
    public async Task Session_LeftByAnotherOwner_EndsForWhoseClientIdItIs_AndStaysAway()
    {
        await using (var before = await StartAsync())
        {
            using var squatter = await before.ConnectAsync(s_lasting with { UserName = "squatter" });
            await squatter.SubscribeAsync(new SubscriptionRequest("a", 1));
        }

        await using (var between = await StartAsync())
        {
            await between.Broker.Publish("a", "x"u8.ToArray(), 1, retain: false);
            using var own = await between.OpenAsync();
            Assert.That((await own.ConnectAsync(s_lasting with { UserName = "s" })).SessionPresent, Is.False);
            Assert.That(_store.Messages, Is.Empty, "what the other was owed");
        }

        await using var after = await StartAsync();
        using var back = await after.OpenAsync();
        Assert.That((await back.ConnectAsync(s_lasting with { UserName = "s" })).SessionPresent, Is.True, "its own by now");
        await after.Broker.Publish("a", "y"u8.ToArray(), 1, retain: false);
        Assert.That(await back.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Subscription_OfDurableSession_RoutesAfterRestartBeforeItsClientIsBack()
    {
        await using (var before = await StartAsync())
        {
            using var client = await before.ConnectAsync(s_lasting);
            await client.SubscribeAsync(new SubscriptionRequest("a", 1));
        }

        await using var after = await StartAsync();
        await after.Broker.Publish("a", "x"u8.ToArray(), 1, retain: false);
        using var back = await after.ConnectAsync(s_lasting);
        Assert.That((await back.ReadPublishAsync()).Payload, Is.EqualTo("x"));
    }

    [Test]
    public async Task Acknowledged_Message_NeitherSentAgainNorKept()
    {
        await using (var before = await StartAsync())
        {
            using var client = await before.ConnectAsync(s_lasting);
            await client.SubscribeAsync(new SubscriptionRequest("a", 1));
            await before.Broker.Publish("a", "x"u8.ToArray(), 1, retain: false);
            var received = await client.ReadPublishAsync();
            Assert.That(_store.Messages, Has.Count.EqualTo(1), "kept until acknowledged");
            await client.AckAsync(PacketType.PubAck, received.PacketId);
            await client.PingAsync();
        }

        await using var after = await StartAsync();
        using var back = await after.ConnectAsync(s_lasting);
        Assert.That(await back.PingAsync(), Is.Zero);
        Assert.That(_store.Messages, Is.Empty);
    }

    [Test]
    public async Task OutgoingQos2_RestartBeforePubRec_SentAgainWithItsPacketId()
    {
        Received first;
        await using (var before = await StartAsync())
        {
            using var client = await before.ConnectAsync(s_lasting);
            await client.SubscribeAsync(new SubscriptionRequest("a", 2));
            await before.Broker.Publish("a", "x"u8.ToArray(), 2, retain: false);
            first = await client.ReadPublishAsync();
        }

        await using var after = await StartAsync();
        using var back = await after.ConnectAsync(s_lasting);
        var again = await back.ReadPublishAsync();
        Assert.That((again.PacketId, again.Qos, again.Duplicate), Is.EqualTo((first.PacketId, (byte)2, true)));
    }

    [Test]
    public async Task OutgoingQos2_RestartAfterPubRel_OnlyPubRelIsSentAgain()
    {
        ushort packetId;
        await using (var before = await StartAsync())
        {
            using var client = await before.ConnectAsync(s_lasting);
            await client.SubscribeAsync(new SubscriptionRequest("a", 2));
            await before.Broker.Publish("a", "x"u8.ToArray(), 2, retain: false);
            packetId = (await client.ReadPublishAsync()).PacketId;
            await client.AckAsync(PacketType.PubRec, packetId);
            Assert.That((await client.ReadAckAsync()).Type, Is.EqualTo(PacketType.PubRel));
        }

        await using var after = await StartAsync();
        using var back = await after.ConnectAsync(s_lasting);
        Assert.That(await back.ReadAckAsync(), Is.EqualTo(new AckPacket(PacketType.PubRel, packetId)));
        await back.AckAsync(PacketType.PubComp, packetId);
        Assert.That(await back.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task IncomingQos2_RestartBeforePubRel_NotPublishedTwice()
    {
        await using (var before = await StartAsync())
        {
            using var publisher = await before.ConnectAsync(s_lasting);
            await publisher.PublishAsync("a", "x", qos: 2, packetId: 4);
            Assert.That((await publisher.ReadAckAsync()).Type, Is.EqualTo(PacketType.PubRec));
        }

        await using var after = await StartAsync();
        using var subscriber = await after.ConnectAsync(RawClient.Hello("listener"));
        await subscriber.SubscribeAsync(new SubscriptionRequest("a", 2));
        using var again = await after.ConnectAsync(s_lasting);
        await again.PublishAsync("a", "x", qos: 2, packetId: 4);
        Assert.That((await again.ReadAckAsync()).Type, Is.EqualTo(PacketType.PubRec));
        Assert.That(await subscriber.PingAsync(), Is.Zero, "published twice");
        await again.AckAsync(PacketType.PubRel, 4);
        Assert.That((await again.ReadAckAsync()).Type, Is.EqualTo(PacketType.PubComp));
        Assert.That(_store.Sessions["s"].Incoming, Is.Empty);
    }

    [Test]
    public async Task PubAck_DurableSessionIsOwed_OnlyAfterTheCommit()
    {
        await using var fixture = await StartAsync();
        using var subscriber = await fixture.ConnectAsync(s_lasting);
        await subscriber.SubscribeAsync(new SubscriptionRequest("a", 1));
        using var publisher = await fixture.ConnectAsync(RawClient.Hello("p"));
        _store.Hold();
        await publisher.PublishAsync("a", "x", qos: 1);
        await Eventually.HoldsAsync(() => _store.Held == 1, "the message is in the store's queue");
        Assert.That(await publisher.PingAsync(), Is.Zero, "acknowledged before the commit");
        Assert.That(await subscriber.PingAsync(), Is.Zero, "delivered before the commit");
        _store.Commit();
        Assert.That((await publisher.ReadAckAsync()).Reason, Is.EqualTo(ReasonCode.Success));
        Assert.That((await subscriber.ReadPublishAsync()).Payload, Is.EqualTo("x"));
    }

    [Test]
    public async Task Subscription_CommittedWhileAMessageIsWritten_IsOwedItBeforeTheAck()
    {
        await using var fixture = await StartAsync();
        using var subscriber = await fixture.ConnectAsync(s_lasting);
        using var publisher = await fixture.ConnectAsync(RawClient.Hello("p"));
        _store.AfterWrite = work =>
        {
            // the message is written, its commit not told yet: now somebody subscribes
            _store.AfterWrite = null;
            subscriber.SendAsync(to => new SubscribePacket(1, [new("a", 1)]).Write(to, ProtocolVersion.V500)).GetAwaiter().GetResult();
            Eventually.HoldsAsync(() => fixture.Broker.Subscriptions == 1, "it has subscribed").GetAwaiter().GetResult();
        };
        await publisher.PublishAsync("a", "x", qos: 1, retain: true);
        Assert.That((await publisher.ReadAckAsync()).Reason, Is.EqualTo(ReasonCode.Success));
        Assert.That(_store.Messages.Values.Select(static m => m.Topic), Is.EqualTo(new[] { "a" }));
        int[] types = [(await subscriber.ReadAsync()).Header >> 4, (await subscriber.ReadAsync()).Header >> 4];
        Assert.That(types, Is.EquivalentTo(new[] { (int)PacketType.SubAck, (int)PacketType.Publish }));
    }

    [Test]
    public async Task CleanStart_ReplacesDurableSession_NothingOfItComesBack()
    {
        await using (var before = await StartAsync())
        {
            using (var client = await before.ConnectAsync(s_lasting))
            {
                await client.SubscribeAsync(new SubscriptionRequest("a", 1));
            }

            using var clean = await before.ConnectAsync(RawClient.Hello("s"));
        }

        Assert.That(_store.Sessions, Is.Empty);
        await using var after = await StartAsync();
        Assert.That(after.Broker.Subscriptions, Is.Zero);
    }

    [Test]
    public async Task Will_OfDurableSessionCutOffByRestart_IsSentAfterIt()
    {
        var row = new SessionRow("s", "", 600, null, new("gone", "x"u8.ToArray(), 1, false, 0, null, default, false), null);
        _store.PutSession(row);
        _store.PutSession(new("w", "", uint.MaxValue, null, null, null));
        _store.PutSubscription("w", new("gone", 1, null));
        await using var fixture = await StartAsync();
        using var watcher = await fixture.ConnectAsync(RawClient.Hello("w", clean: false));
        Assert.That((await watcher.ReadPublishAsync()).Topic, Is.EqualTo("gone"));
    }

    [Test]
    public async Task Will_OfWhoIsBackAtOnceAfterRestart_IsSentUnlessItsDelayIsNotOver([Values(0, 60)] int delay)
    {
        var will = new StoredWill("gone", "x"u8.ToArray(), 1, false, (uint)delay, null, default, false);
        _store.PutSession(new("s", "", 600, null, will, null));
        _store.PutSession(new("w", "", uint.MaxValue, null, null, null));
        _store.PutSubscription("w", new("gone", 1, null));

        // at a standstill the watch sends no will: only who comes back can set it off
        await using var fixture = await BrokerFixture.StartAsync(store: _store, time: new ManualTime());
        using var back = await fixture.ConnectAsync(s_lasting);
        Assert.That(_store.Sessions["w"].Owed, Has.Count.EqualTo(delay == 0 ? 1 : 0));
    }

    [Test]
    public async Task Session_Expired_IsGoneFromStoreAndTree()
    {
        await using var fixture = await StartAsync();
        using (var client = await fixture.ConnectAsync(s_lasting with { Properties = new() { SessionExpiry = 1 } }))
        {
            await client.SubscribeAsync(new SubscriptionRequest("a", 1));
        }

        await Eventually.HoldsAsync(() => fixture.Broker.Subscriptions == 0 && _store.Sessions.IsEmpty, "it expires");
        Assert.That(fixture.Broker.Sessions, Is.Zero);
    }

    private Task<BrokerFixture> StartAsync() => BrokerFixture.StartAsync(store: _store);
}
