using System.Buffers;
using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker.Clauses;

/// <summary>What the standard says of CONNECT, CONNACK, DISCONNECT and AUTH; docs/mqtt-conformance.md names the clauses.</summary>
public sealed class ConnectClauseTests
{
    private static readonly Properties s_lasting = new() { SessionExpiry = 600 };

    [TestCase("C000")]
    [TestCase("474554202F20485454502F312E31", TestName = "Connect_NotTheFirstPacket_ButHttp_ClosedWithoutAWord")]
    [TestCase("16030100", TestName = "Connect_NotTheFirstPacket_ButTls_ClosedWithoutAWord")]
    [TestCase("30FFFF7F", TestName = "Connect_NotTheFirstPacket_ButALargeOne_ClosedWithoutAWord")]
    public async Task Connect_NotTheFirstPacket_ClosedWithoutAWord(string hex)
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { ConnectTimeout = TimeSpan.FromMinutes(1) });
        using var client = await fixture.OpenAsync();
        await client.SendAsync(hex);
        Assert.That(await client.TryReadAsync(), Is.Null);
    }

    [Test]
    public async Task Connect_Twice_IsAProtocolError()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("x"));
        await client.SendAsync(RawClient.Hello("x").Write);
        await AssertDisconnectedAsync(client, ReasonCode.ProtocolError);
    }

    [Test]
    public async Task Packets_SentBeforeConnAck_AreAnsweredBehindIt()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.OpenAsync();
        await client.SendAsync(to =>
        {
            RawClient.Hello("x").Write(to);
            new SubscribePacket(7, [new("a", 1)]).Write(to, ProtocolVersion.V500);
            to.Write(new byte[] { 0xC0, 0 });
        });
        int[] types = [(await client.ReadAsync()).Header, (await client.ReadAsync()).Header, (await client.ReadAsync()).Header];
        Assert.That(types, Is.EqualTo(new[] { 0x20, 0x90, 0xD0 }));
    }

    [Test]
    public async Task Packets_BehindARefusedConnect_AreNotProcessed()
    {
        await using var fixture = await BrokerFixture.StartAsync(authenticator: new GuardedDoor());
        using var watcher = await fixture.ConnectAsync(RawClient.Hello("w"));
        await watcher.SubscribeAsync(new SubscriptionRequest("#", 0));
        using var client = await fixture.OpenAsync();
        await client.SendAsync(to =>
        {
            (RawClient.Hello("x") with { UserName = "stranger", Will = new("gone", [1], 0, false, Properties.None) }).Write(to);
            new PublishPacket { Topic = "a"u8, Payload = "x"u8 }.Write(to, ProtocolVersion.V500);
        });
        var (header, body) = await client.ReadAsync();
        Assert.That((header, body[0], body[1]), Is.EqualTo(((byte)0x20, (byte)0, (byte)ReasonCode.NotAuthorized)), "no session is present, and why");
        Assert.That(await client.TryReadAsync(), Is.Null, "closed");
        Assert.That(await watcher.PingAsync(), Is.Zero);
    }

    [TestCase(ProtocolVersion.V311)]
    [TestCase(ProtocolVersion.V500)]
    public async Task CleanStart_EndsASession_WithoutItTheSessionGoesOn(object version)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        var hello = RawClient.Hello("s", (ProtocolVersion)version, clean: false);
        hello = (ProtocolVersion)version == ProtocolVersion.V500 ? hello with { Properties = s_lasting } : hello;
        Assert.That(await SessionPresentAsync(fixture, hello), Is.False, "new");
        Assert.That(await SessionPresentAsync(fixture, hello), Is.True, "goes on");
        Assert.That(await SessionPresentAsync(fixture, hello with { CleanStart = true }), Is.False, "clean");
    }

    [Test]
    public async Task SessionExpiry_Zero_EndsTheSessionWithItsConnection()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        var hello = RawClient.Hello("s", clean: false);
        Assert.That(await SessionPresentAsync(fixture, hello), Is.False);
        Assert.That(await SessionPresentAsync(fixture, hello), Is.False);
    }

    [Test]
    public async Task SessionExpiry_SetToZeroByDisconnect_EndsTheSession()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        var hello = RawClient.Hello("s", clean: false) with { Properties = s_lasting };
        using (var client = await fixture.ConnectAsync(hello))
        {
            await client.SendAsync("E0 07 00 05 1100000000");
            Assert.That(await client.TryReadAsync(), Is.Null);
        }

        Assert.That(await SessionPresentAsync(fixture, hello), Is.False);
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 0, "it is gone");
    }

    [Test]
    public async Task SessionExpiry_GivenByDisconnectToASessionWithout_IsAProtocolError()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SendAsync("E0 07 00 05 1100000005");
        await AssertDisconnectedAsync(client, ReasonCode.ProtocolError);
    }

    [Test, Category("Slow")]
    public async Task ServerKeepAlive_Given_IsAnnouncedAndHolds()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { ServerKeepAlive = 1 });
        using var client = await fixture.OpenAsync();
        var accepted = await client.ConnectAsync(RawClient.Hello("x") with { KeepAlive = 600 });
        Assert.That(accepted.Properties.ServerKeepAlive, Is.EqualTo(1));
        await AssertDisconnectedAsync(client, ReasonCode.KeepAliveTimeout);
    }

    [Test]
    public async Task MaximumQos_Given_IsAnnouncedAndBindsPublishersAndWillsOnly()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { MaxQos = 1 });
        using var client = await fixture.OpenAsync();
        Assert.That((await client.ConnectAsync(RawClient.Hello("x"))).Properties.MaximumQos, Is.EqualTo(1));
        Assert.That(await client.SubscribeAsync(new SubscriptionRequest("a", 2)), Has.None.GreaterThanOrEqualTo(ReasonCode.UnspecifiedError));
        await client.PublishAsync("a", "x", qos: 2);
        await AssertDisconnectedAsync(client, ReasonCode.QosNotSupported);
        using var will = await fixture.OpenAsync();
        var refused = await will.ConnectAsync(RawClient.Hello("y") with { Will = new("w", [], 2, false, Properties.None) });
        Assert.That(refused.Reason, Is.EqualTo(ReasonCode.QosNotSupported));
        Assert.That(await will.TryReadAsync(), Is.Null);
    }

    [Test]
    public async Task RetainAvailable_False_IsAnnouncedAndHolds()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { RetainAvailable = false });
        using var client = await fixture.OpenAsync();
        Assert.That((await client.ConnectAsync(RawClient.Hello("x"))).Properties.RetainAvailable, Is.Zero);
        await client.PublishAsync("a", "x", retain: true);
        await AssertDisconnectedAsync(client, ReasonCode.RetainNotSupported);
        using var will = await fixture.OpenAsync();
        var refused = await will.ConnectAsync(RawClient.Hello("y") with { Will = new("w", [], 0, true, Properties.None) });
        Assert.That(refused.Reason, Is.EqualTo(ReasonCode.RetainNotSupported));
        Assert.That(await will.TryReadAsync(), Is.Null);
    }

    [Test]
    public async Task EnhancedAuthentication_Asked_RefusedAndClosed()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.OpenAsync();
        var hello = RawClient.Hello("x") with { Properties = new() { AuthenticationMethod = "SCRAM-SHA-256", AuthenticationData = [1] } };
        var refused = await client.ConnectAsync(hello);
        Assert.That(refused.Reason, Is.EqualTo(ReasonCode.BadAuthenticationMethod));
        Assert.That(refused.Properties.AuthenticationMethod, Is.Null);
        Assert.That(await client.TryReadAsync(), Is.Null);
    }

    [TestCase("F0 00")]
    [TestCase("F0 02 19 00")]
    [TestCase("F0 06 18 04 15 0001 61")]
    [TestCase("F1 00")]
    public async Task Auth_WithoutAMethodInConnect_EndsTheConnection(string hex)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("x"));
        await client.SendAsync(hex);
        await AssertDisconnectedAsync(client, ReasonCode.ProtocolError);
    }

    [Test]
    public async Task ConnAck_Answered_BearsNothingThatWasNotAskedFor([Values(0, 1)] int asked)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.OpenAsync();
        await client.SendAsync((RawClient.Hello("x") with
        {
            Properties = new() { RequestResponseInformation = (byte)asked, RequestProblemInformation = (byte)asked },
        }).Write);
        Assert.That((await client.ReadAsync()).Body, Is.EqualTo(new byte[] { 0, 0, 0 }));
    }

    [Test]
    public async Task MaximumPacketSize_TooSmallForTheAnswer_ClosedWithoutIt()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var tiny = await fixture.OpenAsync();
        await tiny.SendAsync((RawClient.Hello("x") with { Properties = new() { MaximumPacketSize = 2 } }).Write);
        Assert.That(await tiny.TryReadAsync(), Is.Null);

        using var small = await fixture.ConnectAsync(RawClient.Hello("y") with { Properties = new() { MaximumPacketSize = 10 } });
        await small.SendAsync(to => new SubscribePacket(1, [.. Enumerable.Range(0, 20).Select(static i => new SubscriptionRequest($"{i}", 0))])
            .Write(to, ProtocolVersion.V500));
        await AssertDisconnectedAsync(small, ReasonCode.PacketTooLarge);
    }

    [TestCase(0x00, false)]
    [TestCase(0x04, true)]
    [TestCase(0x80, true)]
    public async Task Will_AfterDisconnect_SentUnlessItWasNormal(int reason, bool isSent)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var watcher = await fixture.ConnectAsync(RawClient.Hello("w"));
        await watcher.SubscribeAsync(new SubscriptionRequest("gone", 0));
        using var client = await fixture.ConnectAsync(RawClient.Hello("x") with { Will = new("gone", [1], 0, false, Properties.None) });
        await client.SendAsync($"E0 01 {reason:X2}");
        Assert.That(await client.TryReadAsync(), Is.Null);
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 1, "it is gone");
        Assert.That(await watcher.PingAsync(), Is.EqualTo(isSent ? 1 : 0));
    }

    [Test]
    public async Task Will_Published_AsItWasGiven([Values] bool retain)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var watcher = await fixture.ConnectAsync(RawClient.Hello("w"));
        await watcher.SubscribeAsync(new SubscriptionRequest("gone", 2, RetainAsPublished: true));
        var properties = new Properties { ContentType = "t", ResponseTopic = "r", MessageExpiry = 60 };
        properties.UserProperties = [new("b", "1"), new("a", "2"), new("b", "3")];
        using (var client = await fixture.ConnectAsync(RawClient.Hello("x") with { Will = new("gone", "bye"u8.ToArray(), 2, retain, properties) }))
        {
            await client.PingAsync();
        }

        var will = await watcher.ReadPublishAsync();
        Assert.Multiple(() =>
        {
            Assert.That((will.Payload, will.Qos, will.Retain), Is.EqualTo(("bye", (byte)2, retain)));
            Assert.That(will.Properties!.UserProperties, Is.EqualTo(properties.UserProperties));
            Assert.That((will.Properties.ContentType, will.Properties.ResponseTopic, will.Properties.MessageExpiry), Is.EqualTo(("t", "r", (uint?)60)));
            Assert.That(fixture.Broker.Retained, Is.EqualTo(retain ? 1 : 0).Or.GreaterThan(1));
        });
    }

    [Test]
    public async Task Will_Delayed_ComesWhenItsSessionEndsBefore([Values] bool byExpiry)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var watcher = await fixture.ConnectAsync(RawClient.Hello("w"));
        await watcher.SubscribeAsync(new SubscriptionRequest("gone", 0));
        var hello = RawClient.Hello("x") with
        {
            Properties = new() { SessionExpiry = byExpiry ? 1u : 600u },
            Will = new("gone", [1], 0, false, new() { WillDelay = 3_600 }),
        };
        using (await fixture.ConnectAsync(hello))
        {
        }

        using var again = byExpiry ? null : await fixture.ConnectAsync(RawClient.Hello("x"));
        Assert.That((await watcher.ReadPublishAsync()).Topic, Is.EqualTo("gone"));
    }

    [Test]
    public async Task Will_OfConnectionsAtShutdown_IsKeptForWhoIsOwedIt()
    {
        var store = new MemoryStore();
        var watcher = RawClient.Hello("w", clean: false) with { Properties = s_lasting };
        var before = await BrokerFixture.StartAsync(store: store);
        using (var client = await before.ConnectAsync(watcher))
        {
            await client.SubscribeAsync(new SubscriptionRequest("gone", 1));
        }

        using var victim = await before.ConnectAsync(RawClient.Hello("x") with { Will = new("gone", "bye"u8.ToArray(), 1, true, Properties.None) });
        await before.DisposeAsync();
        await using var after = await BrokerFixture.StartAsync(store: store);
        using var back = await after.ConnectAsync(watcher);
        Assert.That((await back.ReadPublishAsync()).Payload, Is.EqualTo("bye"));
        Assert.That(store.Retained.Keys, Is.EqualTo(new[] { "gone" }));
    }

    [Test]
    public async Task ClientId_EmptyWithoutCleanSessionIn311_RefusedAndClosed()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.OpenAsync();
        var refused = await client.ConnectAsync(RawClient.Hello("", ProtocolVersion.V311, clean: false));
        Assert.That(refused.Reason, Is.EqualTo(ReasonCode.ClientIdentifierNotValid));
        Assert.That(await client.TryReadAsync(), Is.Null);
    }

    private static async Task<bool> SessionPresentAsync(BrokerFixture fixture, ConnectPacket hello)
    {
        using var client = await fixture.OpenAsync();
        return (await client.ConnectAsync(hello)).SessionPresent;
    }

    private static async Task AssertDisconnectedAsync(RawClient client, ReasonCode reason)
    {
        var (header, body) = await client.ReadAsync();
        Assert.That((header, (ReasonCode)body[0]), Is.EqualTo(((byte)0xE0, reason)));
        Assert.That(await client.TryReadAsync(), Is.Null, "closed");
    }
}
