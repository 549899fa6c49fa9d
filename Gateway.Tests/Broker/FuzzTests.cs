using System.Buffers;
using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;
using Gateway.Tests.Support;

namespace Gateway.Tests.Broker;

/// <summary>Damaged conversations: whatever is sent, the sender is answered or closed, and nobody else notices.</summary>
[TestFixture]
public sealed class FuzzTests
{
    private const int Conversations = 150;

    [Test]
    public async Task Broker_DamagedPackets_ServesOthersAndKeepsNothing([Range(1, 4)] int seed)
    {
        await using var fixture = await BrokerFixture.StartAsync(new() { SysInterval = TimeSpan.Zero, ConnectTimeout = TimeSpan.FromSeconds(1) });
        using var witness = await fixture.ConnectAsync(RawClient.Hello("witness"));
        await witness.SubscribeAsync(new SubscriptionRequest("witness", 0));
        var dice = new Random(seed);
        for (var i = 0; i < Conversations; i++)
        {
            using var client = await fixture.OpenAsync();
            var bytes = Damage(Conversation(i % 2 == 0 ? ProtocolVersion.V311 : ProtocolVersion.V500), dice);
            try
            {
                await client.SendAsync(to => to.Write(bytes));
            }
            catch (IOException)
            {
                // closed by the broker before all was sent: as it may be
                continue;
            }
        }

        await fixture.Broker.Publish("witness", "alive"u8.ToArray(), 0, retain: false);
        Assert.That((await witness.ReadPublishAsync()).Payload, Is.EqualTo("alive"));
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 1, "the others are gone");
        Assert.That(fixture.Broker.Subscriptions, Is.EqualTo(1));
    }

    private static byte[] Conversation(ProtocolVersion version)
    {
        var bytes = new ArrayBufferWriter<byte>();
        (RawClient.Hello("fuzz", version) with { Will = new("w", [1], 1, false, Properties.None), UserName = "u", Password = [1] }).Write(bytes);
        new SubscribePacket(1, [new("a/+", 2), new("$share/g/b", 1)], version == ProtocolVersion.V500 ? 3 : null).Write(bytes, version);
        for (byte qos = 0; qos < 3; qos++)
        {
            var properties = new Properties { ContentType = "t" };
            new PublishPacket { Topic = "a/b"u8, Payload = "payload"u8, Qos = qos, PacketId = qos, Properties = properties }.Write(bytes, version);
        }

        new AckPacket(PacketType.PubRel, 2).Write(bytes, version);
        new UnsubscribePacket(2, ["a/+"]).Write(bytes, version);
        new DisconnectPacket(ReasonCode.Success).Write(bytes, version);
        return bytes.WrittenSpan.ToArray();
    }

    private static byte[] Damage(byte[] bytes, Random dice)
    {
        for (var wounds = dice.Next(1, 4); wounds > 0; wounds--)
        {
            var at = dice.Next(bytes.Length);
            bytes = dice.Next(3) switch
            {
                0 => [.. bytes[..at], (byte)(bytes[at] ^ (1 << dice.Next(8))), .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], .. bytes[(at + 1)..], 0],
                _ => [.. bytes[..at], (byte)dice.Next(256), .. bytes[at..]],
            };
        }

        return bytes;
    }
}
