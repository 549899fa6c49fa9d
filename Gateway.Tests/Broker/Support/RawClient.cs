using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Gateway.Broker;
using Gateway.Broker.Protocol;

namespace Gateway.Tests.Broker.Support;

/// <summary>A peer that sends and reads packets one by one, right or wrong ones.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private readonly TcpClient _tcp = new();
    private byte[] _received = [];

    public ProtocolVersion Version { get; private set; } = ProtocolVersion.V311;

    public static async Task<RawClient> OpenAsync(int port)
    {
        var client = new RawClient();
        await client._tcp.ConnectAsync(IPAddress.Loopback, port);
        client._tcp.NoDelay = true;
        return client;
    }

    public static ConnectPacket Hello(string clientId, ProtocolVersion version = ProtocolVersion.V500, bool clean = true) => new(version, clientId, clean, 60);

    public async Task<ConnAckPacket> ConnectAsync(ConnectPacket connect)
    {
        Version = connect.Version;
        await SendAsync(connect.Write);
        var (header, body) = await ReadAsync();
        Assert.That(header, Is.EqualTo(0x20), "CONNACK");
        return ConnAckPacket.Read(body, Version);
    }

    public async Task SendAsync(Action<IBufferWriter<byte>> packet)
    {
        var bytes = new ArrayBufferWriter<byte>();
        packet(bytes);
        await _tcp.GetStream().WriteAsync(bytes.WrittenMemory);
    }

    public Task SendAsync(string hex) => SendAsync(to => to.Write(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

    public Task PublishAsync(string topic, string payload, byte qos = 0, bool retain = false, ushort packetId = 1, Properties? properties = null) =>
        SendAsync(to => new PublishPacket
        {
            Topic = System.Text.Encoding.UTF8.GetBytes(topic),
            Payload = System.Text.Encoding.UTF8.GetBytes(payload),
            Qos = qos,
            Retain = retain,
            PacketId = packetId,
            Properties = properties,
        }.Write(to, Version));

    public async Task<IReadOnlyList<ReasonCode>> SubscribeAsync(params SubscriptionRequest[] requests)
    {
        await SendAsync(to => new SubscribePacket(77, requests).Write(to, Version));
        var (header, body) = await ReadAsync();
        Assert.That(header, Is.EqualTo(0x90), "SUBACK");
        return SubAckPacket.Read(body, PacketType.SubAck, Version).Reasons;
    }

    public Task AckAsync(PacketType type, ushort packetId) => SendAsync(to => new AckPacket(type, packetId).Write(to, Version));

    public async Task<AckPacket> ReadAckAsync()
    {
        var (header, body) = await ReadAsync();
        return AckPacket.Read(body, (PacketType)(header >> 4), Version);
    }

    public async Task<Received> ReadPublishAsync()
    {
        var (header, body) = await ReadAsync();
        Assert.That(header >> 4, Is.EqualTo((int)PacketType.Publish), "PUBLISH");
        return Received.From(PublishPacket.Read(body, header & 15, Version, fromServer: true));
    }

    /// <summary>PINGREQ and its answer: whatever the broker had to send before is here by then. Returns what came before.</summary>
    public async Task<int> PingAsync()
    {
        await SendAsync("C000");
        for (var others = 0; ; others++)
        {
            var (header, _) = await ReadAsync();
            if (header == 0xD0)
            {
                return others;
            }
        }
    }

    public async Task<(byte Header, byte[] Body)> ReadAsync() =>
        await TryReadAsync() ?? throw new AssertionException("the connection was closed, a packet was expected");

    /// <summary>A packet that is here or on its way; null when none comes.</summary>
    public async Task<(byte Header, byte[] Body)?> PollAsync()
    {
        using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        try
        {
            return await TryReadAsync(moment.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Null when the broker has closed.</summary>
    public async Task<(byte Header, byte[] Body)?> TryReadAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        return await TryReadAsync(patience.Token);
    }

    private async Task<(byte Header, byte[] Body)?> TryReadAsync(CancellationToken patience)
    {
        while (true)
        {
            var buffer = new ReadOnlySequence<byte>(_received);
            if (Frame.TryTake(ref buffer, int.MaxValue, out var frame))
            {
                var body = frame.Body.ToArray();
                _received = buffer.ToArray();
                return (frame.Header, body);
            }

            var chunk = new byte[16 * 1024];
            int count;
            try
            {
                count = await _tcp.GetStream().ReadAsync(chunk, patience);
            }
            catch (IOException)
            {
                return null;
            }

            if (count == 0)
            {
                return null;
            }

            _received = [.. _received, .. chunk.AsSpan(0, count)];
        }
    }

    public void Dispose() => _tcp.Dispose();
}

internal sealed record Received(string Topic, string Payload, byte Qos, bool Retain, bool Duplicate, ushort PacketId, Properties? Properties)
{
    public static Received From(in PublishPacket packet) => new(
        System.Text.Encoding.UTF8.GetString(packet.Topic), System.Text.Encoding.UTF8.GetString(packet.Payload), packet.Qos, packet.Retain, packet.Duplicate,
        packet.PacketId, packet.Properties);
}
