using System.Diagnostics.Metrics;
using System.Net;
using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Broker.Sessions;
using Gateway.Broker.Transport;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

/// <summary>Strangers are turned away early and aloud; publishers are slowed, and lose nothing.</summary>
public sealed class LimitTests
{
    [Test]
    public async Task HalfOpen_OneTooManyOfAnAddress_IsClosedAtOnceAndAPlaceIsFreeAfterConnect()
    {
        await using var fixture = await BrokerFixture.StartAsync(limits: new() { Loopback = true, HalfOpenPerAddress = 1 });
        using var silent = await fixture.OpenAsync();
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 1, "the silent one is there");
        using var refused = await fixture.OpenAsync();
        Assert.That(await refused.TryReadAsync(), Is.Null);
        Assert.That(fixture.Broker.Counts.LimitedBy(LimitCause.HalfOpen), Is.EqualTo(1));
        await silent.ConnectAsync(RawClient.Hello("a"));
        using var next = await fixture.ConnectAsync(RawClient.Hello("b"));
        Assert.That(await next.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task HalfOpen_OneTooManyInAll_TakesThePlaceOfTheOldest()
    {
        await using var fixture = await BrokerFixture.StartAsync(limits: new() { HalfOpen = 2 });
        using var oldest = await fixture.OpenAsync();
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 1, "the first one is there");
        using var younger = await fixture.OpenAsync();
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 2, "the second one is there");
        using var client = await fixture.ConnectAsync(RawClient.Hello("a"));
        Assert.That(await oldest.TryReadAsync(), Is.Null);
        Assert.That((await younger.ConnectAsync(RawClient.Hello("b"))).Reason, Is.EqualTo(ReasonCode.Success));
        Assert.That(fixture.Broker.Counts.LimitedBy(LimitCause.HalfOpen), Is.EqualTo(1));
    }

    [Test]
    public void Address_ThatCameThroughADualStackSocket_IsItsOwn_OverEveryTransport()
    {
        foreach (var transport in new[] { "tcp", "tls", "ws" })
        {
            var peer = new Peer(new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.7"), 4711), transport, Encrypted: false);
            Assert.That(peer.Remote, Is.EqualTo(new IPEndPoint(IPAddress.Parse("192.0.2.7"), 4711)), "else all of IPv4 would share one limit");
        }
    }

    [TestCase(ProtocolVersion.V500, ReasonCode.ConnectionRateExceeded)]
    [TestCase(ProtocolVersion.V311, ReasonCode.ServerUnavailable)]
    public async Task ConnectRate_Exceeded_IsAnsweredWithTheReason(object version, object reason)
    {
        await using var fixture = await BrokerFixture.StartAsync(limits: new() { Loopback = true, ConnectRate = 1, ConnectBurst = 2 });
        using var first = await fixture.ConnectAsync(RawClient.Hello("a"));
        using var second = await fixture.ConnectAsync(RawClient.Hello("b"));
        using var third = await fixture.OpenAsync();
        Assert.That((await third.ConnectAsync(RawClient.Hello("c", (ProtocolVersion)version))).Reason, Is.EqualTo((ReasonCode)reason));
        Assert.That(await first.PingAsync(), Is.Zero, "who is in stays in");
    }

    [Test]
    public async Task LimitsPerAddress_Loopback_IsSparedUnlessAsked()
    {
        await using var fixture = await BrokerFixture.StartAsync(limits: new() { ConnectRate = 1, ConnectBurst = 1, HalfOpenPerAddress = 1 });
        using var silent = await fixture.OpenAsync();
        using var first = await fixture.ConnectAsync(RawClient.Hello("a"));
        using var second = await fixture.ConnectAsync(RawClient.Hello("b"));
        Assert.That(await second.PingAsync(), Is.Zero);
    }

    [Test, Category("Slow")]
    public async Task PublishRate_Exceeded_ClientIsReadSlowlyAndLosesNothing()
    {
        var time = new ManualTime();
        await using var fixture = await BrokerFixture.StartAsync(
            new() { SysInterval = TimeSpan.Zero }, time: time, limits: new() { PublishRate = 10 });
        using var client = await fixture.ConnectAsync(RawClient.Hello("a") with { KeepAlive = 1 });
        for (ushort id = 1; id <= 25; id++)
        {
            await client.PublishAsync("a", "x", qos: 1, packetId: id);
        }

        for (var id = 1; id <= 11; id++)
        {
            Assert.That((await client.ReadAckAsync()).PacketId, Is.EqualTo(id));
        }

        Assert.That(await client.PollAsync(), Is.Null, "it waits for its time");
        var acknowledged = 11;
        await Eventually.HoldsAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                acknowledged += await client.PollAsync() is null ? 0 : 1;
                return acknowledged == 25;
            },
            "all are acknowledged");
        Assert.That(fixture.Broker.Counts.LimitedBy(LimitCause.PublishRate), Is.GreaterThan(0));
    }

    [Test]
    public void Allowance_Overdrawn_WaitsAsLongAsItTakesToFill()
    {
        var allowance = new Allowance(perSecond: 10, atOnce: 20);
        var start = TimeSpan.FromSeconds(5);
        Assert.Multiple(() =>
        {
            Assert.That(allowance.Take(20, start), Is.EqualTo(TimeSpan.Zero));
            Assert.That(allowance.Take(5, start), Is.EqualTo(TimeSpan.FromSeconds(0.5)));
            Assert.That(allowance.TryTake(1, start + TimeSpan.FromSeconds(0.55)), Is.False);
            Assert.That(allowance.TryTake(1, start + TimeSpan.FromSeconds(0.6)), Is.True);
            Assert.That(allowance.IsFull(start + TimeSpan.FromSeconds(2)), Is.False);
            Assert.That(allowance.IsFull(start + TimeSpan.FromSeconds(3)), Is.True);
        });
    }

    [Test, Category("Slow")]
    public async Task Queue_OfQos0ForASlowReader_IsBoundedAndWhatIsDroppedIsCounted()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { MaxQueuedBytes = 200_000, CloseTimeout = TimeSpan.FromMilliseconds(200) });
        using var slow = await fixture.ConnectAsync(RawClient.Hello("slow"));
        await slow.SubscribeAsync(new SubscriptionRequest("a", 0));
        var payload = new byte[50_000];
        for (var i = 0; i < 1_000 && fixture.Broker.Counts.DroppedFor(DropCause.Overload) == 0; i++)
        {
            await fixture.Broker.Publish("a", payload, 0, retain: false);
        }

        Assert.That(fixture.Broker.Counts.DroppedFor(DropCause.Overload), Is.GreaterThan(0));
        Assert.That(fixture.Broker.Counts.OverflowedSessions, Is.Zero);
    }

    [Test]
    public async Task Message_LargerThanItsReceiverTakes_IsSkippedAndCounted()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s") with { Properties = new() { MaximumPacketSize = 100 } });
        await client.SubscribeAsync(new SubscriptionRequest("a", 1));
        await fixture.Broker.Publish("a", new byte[100], 1, retain: false);
        await fixture.Broker.Publish("a", "small"u8.ToArray(), 1, retain: false);
        Assert.That((await client.ReadPublishAsync()).Payload, Is.EqualTo("small"));
        Assert.That(fixture.Broker.Counts.DroppedFor(DropCause.TooLarge), Is.EqualTo(1));
    }

    [Test]
    public async Task Figures_OfTheBroker_AreToldByNameAndCause()
    {
        var told = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "Gateway.Broker")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var key = instrument.Name + string.Concat(tags.ToArray().Select(static t => $"{{{t.Key}={t.Value}}}"));
            told[key] = told.GetValueOrDefault(key) + value;
        });
        listener.Start();
        await using var fixture = await BrokerFixture.StartAsync(new() { SysInterval = TimeSpan.Zero });
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("a", 1));
        await client.PublishAsync("a", "x", qos: 2, packetId: 1);
        await client.ReadAsync();
        await client.ReadAsync();
        using var wrong = await fixture.ConnectAsync(RawClient.Hello("w"));
        await wrong.SendAsync("F000");
        await wrong.ReadAsync();
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 1, "it is closed");
        listener.RecordObservableInstruments();
        Assert.Multiple(() =>
        {
            Assert.That(told["gateway_broker_connections"], Is.GreaterThanOrEqualTo(1));
            Assert.That(told["gateway_broker_messages_received_total{qos=2}"], Is.GreaterThanOrEqualTo(1));
            Assert.That(told["gateway_broker_messages_sent_total{qos=1}"], Is.GreaterThanOrEqualTo(1));
            Assert.That(told["gateway_broker_packets_rejected_total{cause=protocol_error}"], Is.GreaterThanOrEqualTo(1));
            Assert.That(told, Does.ContainKey("gateway_broker_messages_dropped_total{cause=overload}"));
            Assert.That(told, Does.ContainKey("gateway_broker_queued_messages"));
        });
    }
}
