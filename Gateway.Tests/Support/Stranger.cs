using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Tests.Support;

/// <summary>Whoever knocks on a port and means no good: sends what it likes, or nothing, from any address of loopback.</summary>
internal sealed class Stranger : IDisposable
{
    // The service's own patience is ten seconds at most places.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private Stream _stream = Stream.Null;

    public static async Task<Stranger> ConnectAsync(int port, string from = "127.0.0.1")
    {
        var stranger = new Stranger();
        stranger._socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await stranger._socket.ConnectAsync(IPAddress.Loopback, port, new CancellationTokenSource(Patience).Token);
        stranger._stream = new NetworkStream(stranger._socket);
        return stranger;
    }

    /// <summary>Behind a handshake that was made as it should be.</summary>
    public static async Task<Stranger> ConnectTlsAsync(int port)
    {
        var stranger = await ConnectAsync(port);
        var tls = new SslStream(stranger._stream, leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);
        await tls.AuthenticateAsClientAsync("localhost").WaitAsync(Patience);
        stranger._stream = tls;
        return stranger;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes);
        await _stream.FlushAsync();
    }

    /// <summary>False when the other side has closed already.</summary>
    public async Task<bool> TrySendAsync(byte[] bytes)
    {
        try
        {
            await SendAsync(bytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Says that nothing more comes, and still listens.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>What comes next; empty when the connection is over.</summary>
    public Task<byte[]> ReadAsync() => ReadAsync(new CancellationTokenSource(Patience).Token);

    /// <summary>All that comes until the other side ends it.</summary>
    public async Task<string> RestAsync()
    {
        // For all of it: heartbeats are no end.
        using var patience = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        while (await ReadAsync(patience.Token) is { Length: > 0 } part)
        {
            text.Append(Encoding.Latin1.GetString(part));
        }

        return text.ToString();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private async Task<byte[]> ReadAsync(CancellationToken patience)
    {
        try
        {
            var buffer = new byte[4096];
            return buffer[..await _stream.ReadAsync(buffer, patience)];
        }
        catch (IOException)
        {
            // A reset is an end as well.
            return [];
        }
    }
}
