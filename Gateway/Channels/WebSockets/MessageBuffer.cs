using System.Net.WebSockets;

namespace Gateway.Channels.WebSockets;

/// <summary>Puts the frames of a message together, up to a bound. Owned by the reader of a connection.</summary>
internal sealed class MessageBuffer(int maxBytes)
{
    private readonly int _maxBytes = maxBytes == 0 ? Array.MaxLength - 1 : maxBytes;

    // Grows to what its page sends: most send a hundred bytes.
    private byte[] _bytes = new byte[512];
    private int _length;

    public ReadOnlyMemory<byte> Message => _bytes.AsMemory(0, _length);

    public async ValueTask<Received> ReceiveAsync(WebSocket socket, CancellationToken aborted)
    {
        _length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(_bytes.AsMemory(_length), aborted);
            _length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return Received.Close;
            }

            if (received.MessageType == WebSocketMessageType.Binary)
            {
                return Received.Binary;
            }

            if (_length > _maxBytes)
            {
                return Received.TooBig;
            }

            if (received.EndOfMessage)
            {
                return Received.Text;
            }

            if (_length == _bytes.Length)
            {
                Array.Resize(ref _bytes, (int)Math.Min(_bytes.Length * 2L, _maxBytes + 1L));
            }
        }
    }

    /// <summary>Reads and forgets until the page's close.</summary>
    public async Task<SocketClose> PassOverAsync(WebSocket socket, CancellationToken aborted)
    {
        while ((await socket.ReceiveAsync(_bytes.AsMemory(), aborted)).MessageType != WebSocketMessageType.Close)
        {
            _length = 0;
        }

        return SocketClose.ByPage;
    }
}

internal enum Received
{
    Text,
    Binary,
    TooBig,
    Close,
}
