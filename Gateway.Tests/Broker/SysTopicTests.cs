using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

public sealed class SysTopicTests
{
    [Test]
    public async Task Sys_Subscribed_TellsCountsAndStaysOutOfWildcardsAndStore()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("$SYS/broker/clients/connected", 0), new SubscriptionRequest("#", 0));
        var message = await client.ReadPublishAsync();
        Assert.Multiple(() =>
        {
            Assert.That((message.Topic, message.Payload), Is.EqualTo(("$SYS/broker/clients/connected", "1")));
            Assert.That(fixture.Store.Retained, Is.Empty);
        });
        Assert.That(await client.PingAsync(), Is.Zero);
    }

    [Test]
    public async Task Sys_EveryTopic_IsOneThatToolsForMosquittoKnow()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("$SYS/#", 0));
        var told = new Dictionary<string, string>();
        while (told.Count < 18)
        {
            var message = await client.ReadPublishAsync();
            told[message.Topic["$SYS/broker/".Length..]] = message.Payload;
        }

        Assert.That(told.Keys, Is.EquivalentTo(new[]
        {
            "version", "uptime", "clients/connected", "clients/disconnected", "clients/maximum", "clients/total", "subscriptions/count",
            "retained messages/count", "messages/received", "messages/sent", "publish/messages/received", "publish/messages/sent",
            "publish/messages/dropped", "publish/bytes/received", "bytes/received", "bytes/sent", "store/messages/count", "store/messages/bytes",
        }));
    }

    [Test]
    public async Task Sys_Clients_AreThoseWhoseConnectWasAccepted()
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { SysInterval = TimeSpan.FromMilliseconds(50) });
        using var silent = await fixture.OpenAsync();
        using (var away = await fixture.ConnectAsync(RawClient.Hello("away", clean: false) with { Properties = new() { SessionExpiry = 60 } }))
        {
            await away.SubscribeAsync(new SubscriptionRequest("a", 1));
            await away.SendAsync("E000");
            Assert.That(await away.TryReadAsync(), Is.Null, "the broker knows that it is away");
        }

        await fixture.Broker.Publish("a", "x"u8.ToArray(), 1, retain: false);
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.SubscribeAsync(new SubscriptionRequest("$SYS/#", 0));
        await AwaitAsync(client, ("clients/connected", "1"), ("clients/disconnected", "1"), ("clients/total", "2"), ("store/messages/count", "1"));
    }

    [Test]
    public async Task Sys_PublishedByAClient_Forbidden()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.PublishAsync("$SYS/broker/version", "x", qos: 1);
        Assert.That((await client.ReadAckAsync()).Reason, Is.EqualTo(ReasonCode.NotAuthorized));
    }

    private static async Task AwaitAsync(RawClient client, params (string Topic, string Value)[] wanted)
    {
        var told = new Dictionary<string, string>();
        while (!wanted.All(want => told.GetValueOrDefault($"$SYS/broker/{want.Topic}") == want.Value))
        {
            var message = await client.ReadPublishAsync();
            told[message.Topic] = message.Payload;
        }
    }
}
