using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Bench;

/// <summary>Bytes to and from a server, over TCP or inside WebSocket frames.</summary>
internal abstract class Wire : IDisposable
{
    public static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        return socket;
    }

    public abstract void Send(ReadOnlySpan<byte> bytes);

    /// <summary>Some bytes, 0 at the end; <c>Ended</c> tells whether they close a WebSocket message.</summary>
    public abstract ValueTask<(int Count, bool Ended)> ReceiveAsync(Memory<byte> buffer);

    public abstract void Dispose();
}

internal sealed class TcpWire(Socket socket) : Wire
{
    public override void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }

    public override async ValueTask<(int Count, bool Ended)> ReceiveAsync(Memory<byte> buffer) => (await socket.ReceiveAsync(buffer), false);

    public override void Dispose() => socket.Dispose();
}

internal sealed class WebSocketWire : Wire
{
    private readonly WebSocket socket;
    private readonly WebSocketMessageType kind;

    private WebSocketWire(WebSocket socket, WebSocketMessageType kind) => (this.socket, this.kind) = (socket, kind);

    /// <summary>Upgrades by hand (RFC 6455, 4.1), so that nothing but the frames lies between socket and clock.</summary>
    public static async Task<WebSocketWire> OpenAsync(int port, string path, string? subprotocol, WebSocketMessageType kind)
    {
        var stream = new NetworkStream(await ConnectAsync(port), ownsSocket: true);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var protocol = subprotocol is null ? "" : $"Sec-WebSocket-Protocol: {subprotocol}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{protocol}\r\n"));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }
        if (!head.ToString().StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            throw new IOException($"no WebSocket at {path}: {head.ToString().Split('\r')[0]}");
        }
        return new WebSocketWire(WebSocket.CreateFromStream(stream, isServer: false, subprotocol, TimeSpan.Zero), kind);
    }

    public override void Send(ReadOnlySpan<byte> bytes) =>
        socket.SendAsync(bytes.ToArray(), kind, endOfMessage: true, CancellationToken.None).GetAwaiter().GetResult();

    public override async ValueTask<(int Count, bool Ended)> ReceiveAsync(Memory<byte> buffer)
    {
        var result = await socket.ReceiveAsync(buffer, CancellationToken.None);
        return result.MessageType == WebSocketMessageType.Close ? (0, true) : (result.Count, result.EndOfMessage);
    }

    public override void Dispose() => socket.Dispose();
}
