using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

[TestFixture]
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
    public async Task Sys_PublishedByAClient_Forbidden()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("s"));
        await client.PublishAsync("$SYS/broker/version", "x", qos: 1);
        Assert.That((await client.ReadAckAsync()).Reason, Is.EqualTo(ReasonCode.NotAuthorized));
    }
}
