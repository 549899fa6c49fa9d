using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

public sealed class ConnectTests
{
    [Test]
    public async Task Connect_NoClientId_OneIsAssigned()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.OpenAsync();
        var accepted = await client.ConnectAsync(RawClient.Hello(""));
        Assert.That(accepted.Properties.AssignedClientIdentifier, Does.StartWith("auto-"));
    }

    [Test]
    public async Task Connect_SecondWithSameId_FirstIsToldAndItsWillPrecedesTheNewConnAck()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var watcher = await fixture.ConnectAsync(RawClient.Hello("w"));
        await watcher.SubscribeAsync(new SubscriptionRequest("status", 0));
        var hello = RawClient.Hello("scanner") with { Will = new("status", "offline"u8.ToArray(), 1, false, Properties.None) };
        using var first = await fixture.ConnectAsync(hello);
        using var second = await fixture.ConnectAsync(hello);
        await second.PublishAsync("status", "online");

        var (header, body) = await first.ReadAsync();
        string[] heard = [(await watcher.ReadPublishAsync()).Payload, (await watcher.ReadPublishAsync()).Payload];
        Assert.Multiple(() =>
        {
            Assert.That(header, Is.EqualTo(0xE0));
            Assert.That(body[0], Is.EqualTo((byte)ReasonCode.SessionTakenOver));
            Assert.That(heard, Is.EqualTo(new[] { "offline", "online" }));
        });
    }

    [Test]
    public async Task Connect_TakenOverBeforeItsConnAck_HearsNothingElse()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        fixture.Store.Hold();
        var lasting = RawClient.Hello("x", clean: false) with { Properties = new() { SessionExpiry = 60 } };
        using var first = await fixture.OpenAsync();
        await first.SendAsync(lasting.Write);
        await Eventually.HoldsAsync(() => fixture.Store.Held == 1, "its session is being written");
        using var second = await fixture.OpenAsync();
        await second.SendAsync(lasting.Write);
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Accepted == 2, "the second knocks");
        fixture.Store.Commit();
        Assert.That((await second.ReadAsync()).Header, Is.EqualTo(0x20));
        var heard = await first.TryReadAsync();
        Assert.That(heard?.Header, Is.Null.Or.EqualTo(0x20), "CONNACK before all else");
    }

    [Test]
    public async Task Connect_TakenOverRightAfterItsConnAck_IsTold()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        var former = await fixture.ConnectAsync(RawClient.Hello("x"));
        for (var i = 0; i < 100; i++)
        {
            var next = await fixture.ConnectAsync(RawClient.Hello("x"));
            Assert.That((await former.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.SessionTakenOver));
            former.Dispose();
            former = next;
        }

        former.Dispose();
    }

    [Test]
    public async Task Connect_ClientIdOfAnotherOwner_Refused()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var owner = await fixture.ConnectAsync(RawClient.Hello("x") with { UserName = "a" });
        using var thief = await fixture.OpenAsync();
        var refused = await thief.ConnectAsync(RawClient.Hello("x") with { UserName = "b" });
        Assert.That(refused.Reason, Is.EqualTo(ReasonCode.ClientIdentifierNotValid));
        Assert.That(await owner.PingAsync(), Is.Zero);
    }

    [TestCase(ProtocolVersion.V311)]
    [TestCase(ProtocolVersion.V500)]
    public async Task Connect_WhoseClientIdItIs_EndsWhatAnotherHadThere(object version)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        var squatting = RawClient.Hello("scanner", clean: false) with { UserName = "squatter", Properties = new() { SessionExpiry = uint.MaxValue } };
        using var squatter = await fixture.ConnectAsync(squatting);
        await squatter.SubscribeAsync(new SubscriptionRequest("theirs", 1));
        using var own = await fixture.OpenAsync();
        var accepted = await own.ConnectAsync(RawClient.Hello("scanner", (ProtocolVersion)version, clean: false) with { UserName = "scanner" });
        await fixture.Broker.Publish("theirs", "x"u8.ToArray(), 1, retain: false);
        using var again = await fixture.OpenAsync();

        Assert.That((accepted.Reason, accepted.SessionPresent), Is.EqualTo((ReasonCode.Success, false)));
        Assert.That((await squatter.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.SessionTakenOver));
        Assert.That((await again.ConnectAsync(squatting)).Reason, Is.EqualTo(ReasonCode.ClientIdentifierNotValid));
        Assert.That(await own.PingAsync(), Is.Zero, "what the other subscribed to is nothing to it");
    }

    [TestCase(ProtocolVersion.V311)]
    [TestCase(ProtocolVersion.V500)]
    public async Task Connect_BadCredentials_RefusedAndClosed(object version)
    {
        await using var fixture = await BrokerFixture.StartAsync(authenticator: new GuardedDoor());
        using var client = await fixture.OpenAsync();
        var refused = await client.ConnectAsync(RawClient.Hello("x", (ProtocolVersion)version) with { UserName = "stranger" });
        Assert.That(refused.Reason, Is.EqualTo(ReasonCode.NotAuthorized));
        Assert.That(await client.TryReadAsync(), Is.Null);
    }

    [Test, Category("Slow")]
    public async Task Connection_SilentBeyondItsKeepAlive_ClosedAndWillSent()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var watcher = await fixture.ConnectAsync(RawClient.Hello("w"));
        await watcher.SubscribeAsync(new SubscriptionRequest("gone", 0));
        using var client = await fixture.ConnectAsync(
            RawClient.Hello("x") with { KeepAlive = 1, Will = new("gone", "x"u8.ToArray(), 0, false, Properties.None) });
        Assert.That((await watcher.ReadPublishAsync()).Topic, Is.EqualTo("gone"));
        Assert.That((await client.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.KeepAliveTimeout));
    }

    [Test]
    public async Task Connection_NeverSendsConnect_Closed()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        using var client = await fixture.OpenAsync();
        Assert.That(await client.TryReadAsync(), Is.Null);
    }

    [Test]
    public async Task Disconnect_Normal_NoWill()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var watcher = await fixture.ConnectAsync(RawClient.Hello("w"));
        await watcher.SubscribeAsync(new SubscriptionRequest("gone", 0));
        using var client = await fixture.ConnectAsync(RawClient.Hello("x") with { Will = new("gone", "x"u8.ToArray(), 0, false, Properties.None) });
        await client.SendAsync("E000");
        Assert.That(await client.TryReadAsync(), Is.Null);
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 1, "the connection is gone");
        Assert.That(await watcher.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Will_WithDelay_SentAfterItUnlessTheSessionGoesOn()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var watcher = await fixture.ConnectAsync(RawClient.Hello("w"));
        await watcher.SubscribeAsync(new SubscriptionRequest("gone/#", 0));
        var later = new Properties { WillDelay = 1 };
        var lasting = new Properties { SessionExpiry = 60 };
        var back = RawClient.Hello("back", clean: false) with { Properties = lasting, Will = new("gone/back", [], 0, false, later) };
        var away = RawClient.Hello("away") with { Properties = lasting, Will = new("gone/away", [], 0, false, later) };
        using (await fixture.ConnectAsync(back))
        using (await fixture.ConnectAsync(away))
        {
        }

        using var resumed = await fixture.OpenAsync();
        var accepted = await resumed.ConnectAsync(back);
        Assert.That(accepted.SessionPresent, Is.True);
        Assert.That((await watcher.ReadPublishAsync()).Topic, Is.EqualTo("gone/away"));
    }

    [Test]
    public async Task Stop_ClientsAreTold()
    {
        var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("x"));
        await fixture.DisposeAsync();
        Assert.That((await client.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.ServerShuttingDown));
    }

    [Test]
    public async Task DisconnectOwner_HisConnectionsEnd_OthersStay()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var his = await fixture.ConnectAsync(RawClient.Hello("x") with { UserName = "a" });
        using var other = await fixture.ConnectAsync(RawClient.Hello("y") with { UserName = "b" });
        fixture.Broker.DisconnectOwner("a", ReasonCode.AdministrativeAction);
        Assert.That((await his.ReadAsync()).Body[0], Is.EqualTo((byte)ReasonCode.AdministrativeAction));
        Assert.That(await other.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Connect_BeyondMaxConnections_Refused()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { MaxConnections = 1 });
        using var first = await fixture.ConnectAsync(RawClient.Hello("x"));
        using var second = await fixture.OpenAsync();
        Assert.That((await second.ConnectAsync(RawClient.Hello("y"))).Reason, Is.EqualTo(ReasonCode.QuotaExceeded));
        Assert.That(fixture.Broker.Counts.LimitedBy(LimitCause.Connections), Is.EqualTo(1));
    }
}
