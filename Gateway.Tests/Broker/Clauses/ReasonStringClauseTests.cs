using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker.Clauses;

/// <summary>Why a connection ends, in words: to who wants them, takes them, and has not to be told of its own bytes.</summary>
public sealed class ReasonStringClauseTests
{
    [TestCase(null, null, "the client id connected again")]
    [TestCase(0, null, null)]
    [TestCase(1, 10, null)]
    public async Task Disconnect_OfTheBroker_SaysWhyToWhoWantsAndTakesIt(int? wants, int? takes, string? words)
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var first = await fixture.ConnectAsync(RawClient.Hello("x") with { Properties = Given(wants, takes) });
        using var second = await fixture.ConnectAsync(RawClient.Hello("x"));
        var (header, body) = await first.ReadAsync();
        var told = DisconnectPacket.Read(body, ProtocolVersion.V500);
        Assert.That((header, told.Reason, told.Properties.ReasonString), Is.EqualTo(((byte)0xE0, ReasonCode.SessionTakenOver, words)));
    }

    [TestCase(null, null, "the credentials are refused")]
    [TestCase(0, null, null)]
    [TestCase(1, 10, null)]
    public async Task ConnAck_ThatRefuses_SaysWhyToWhoWantsAndTakesIt(int? wants, int? takes, string? words)
    {
        await using var fixture = await BrokerFixture.StartAsync(authenticator: new GuardedDoor());
        using var client = await fixture.OpenAsync();
        var refused = await client.ConnectAsync(RawClient.Hello("x") with { UserName = "stranger", Properties = Given(wants, takes) });
        Assert.That((refused.Reason, refused.Properties.ReasonString), Is.EqualTo((ReasonCode.NotAuthorized, words)));
    }

    [Test]
    public async Task Disconnect_ForAMalformedPacket_EchoesNothing()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var client = await fixture.ConnectAsync(RawClient.Hello("x"));
        await client.SendAsync("C1 00");
        Assert.That((await client.ReadAsync()).Body, Is.EqualTo(new[] { (byte)ReasonCode.MalformedPacket }));
    }

    private static Properties Given(int? wants, int? takes) => new() { RequestProblemInformation = (byte?)wants, MaximumPacketSize = (uint?)takes };
}
