using System.Buffers;
using System.Diagnostics;
using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

/// <summary>Damaged conversations: whatever is sent, the sender is answered or closed, and nobody else notices.</summary>
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
            await SendDamagedAsync(fixture, i, dice);
        }

        await fixture.Broker.Publish("witness", "alive"u8.ToArray(), 0, retain: false);
        Assert.That((await witness.ReadPublishAsync()).Payload, Is.EqualTo("alive"));
        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 1, "the others are gone");
        Assert.That(fixture.Broker.Subscriptions, Is.EqualTo(1));
    }

    /// <summary>By hand, for as long as one likes: GATEWAY_FUZZ_SECONDS=3600 dotnet test --filter FuzzTests</summary>
    [Test, NonParallelizable, Category("Slow")]
    public async Task Broker_DamagedPacketsForLong_NeighbourIsServedAndMemoryIsBounded()
    {
        var seconds = int.Parse(Environment.GetEnvironmentVariable("GATEWAY_FUZZ_SECONDS") ?? "60");
        var seed = Environment.TickCount;
        var started = Stopwatch.GetTimestamp();
        await using var fixture = await BrokerFixture.StartAsync(new()
        {
            SysInterval = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            CloseTimeout = TimeSpan.FromMilliseconds(200),
        });
        using var witness = await fixture.ConnectAsync(RawClient.Hello("witness"));
        await witness.SubscribeAsync(new SubscriptionRequest("witness", 1));
        var before = 0L;
        var conversations = 0;
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i => SendDamagedAsync(fixture, i, new Random(seed + conversations + i))));
            conversations += 8;
            await fixture.Broker.Publish("witness", "alive"u8.ToArray(), 1, retain: false);
            var message = await witness.ReadPublishAsync();
            await witness.AckAsync(PacketType.PubAck, message.PacketId);
            before = conversations == 4_000 ? GC.GetTotalMemory(forceFullCollection: true) : before;
        }

        await Eventually.HoldsAsync(() => fixture.Broker.Counts.Connections == 1, "the others are gone");
        TestContext.Out.WriteLine($"{conversations} conversations, seed {seed}");
        Assert.That(fixture.Broker.Subscriptions, Is.EqualTo(1), $"seed {seed}");
        Assert.That(before == 0 ? 0 : GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(32 << 20), $"seed {seed}: what is left behind");
    }

    private static async Task SendDamagedAsync(BrokerFixture fixture, int number, Random dice)
    {
        using var client = await fixture.OpenAsync();
        var bytes = Damage(Conversation(number % 2 == 0 ? ProtocolVersion.V311 : ProtocolVersion.V500), dice);
        try
        {
            await client.SendAsync(to => to.Write(bytes));
        }
        catch (IOException)
        {
            // closed by the broker before all was sent: as it may be
            return;
        }
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
