using System.Buffers;
using System.Net.WebSockets;
using Gateway.Broker;
using Gateway.Broker.Protocol;
using Gateway.Tests.Broker.Support;

namespace Gateway.Tests.Broker;

public sealed class WebSocketTests
{
    [Test]
    public async Task Packets_SplitAndJoinedAcrossFrames_AreUnderstood()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var socket = await OpenAsync(fixture, "mqtt");
        var bytes = new ArrayBufferWriter<byte>();
        RawClient.Hello("page").Write(bytes);
        new SubscribePacket(1, [new("a", 0)]).Write(bytes, ProtocolVersion.V500);
        new PublishPacket { Topic = "a"u8, Payload = "hi"u8 }.Write(bytes, ProtocolVersion.V500);
        for (var at = 0; at < bytes.WrittenCount; at += 3)
        {
            var piece = bytes.WrittenMemory.Slice(at, Math.Min(3, bytes.WrittenCount - at));
            await socket.SendAsync(piece, WebSocketMessageType.Binary, endOfMessage: true, default);
        }

        var received = new List<byte>();
        while (received is not [.., (byte)'h', (byte)'i'])
        {
            received.AddRange(await ReceiveAsync(socket) ?? throw new AssertionException("closed"));
        }

        Assert.That(received[0], Is.EqualTo(0x20));
        Assert.That(socket.SubProtocol, Is.EqualTo("mqtt"));
    }

    [Test]
    public async Task Frame_OfText_EndsTheConnection()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        using var socket = await OpenAsync(fixture, "mqtt");
        await socket.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, default);
        Assert.That(await ReceiveAsync(socket), Is.Null);
    }

    [Test]
    public async Task Upgrade_WithoutTheSubprotocol_Refused()
    {
        await using var fixture = await BrokerFixture.StartAsync();
        Assert.That(async () => await OpenAsync(fixture, "other"), Throws.InstanceOf<WebSocketException>());
    }

    private static async Task<ClientWebSocket> OpenAsync(BrokerFixture fixture, string subProtocol)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(subProtocol);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{fixture.HttpPort}/mqtt"), default);
        return socket;
    }

    private static async Task<byte[]?> ReceiveAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var buffer = new byte[4_096];
        var part = await socket.ReceiveAsync(buffer, patience.Token);
        return part.MessageType == WebSocketMessageType.Close ? null : buffer[..part.Count];
    }
}
