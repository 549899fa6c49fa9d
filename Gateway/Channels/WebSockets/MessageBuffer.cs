using System.Buffers;
using System.Net.WebSockets;

namespace Gateway.Channels.WebSockets;

/// <summary>
/// Puts the frames of a message together, up to a bound. Owned by the reader of a connection. While it waits for a message it holds no memory: of thousands
/// of pages most are silent at any moment.
/// </summary>
internal sealed class MessageBuffer(int maxBytes)
{
    // What most pages send; it grows for the others.
    private const int Smallest = 512;

    private readonly int _maxBytes = maxBytes == 0 ? Array.MaxLength - 1 : maxBytes;

    private byte[] _bytes = [];
    private int _length;

    // One byte more than may come, and no more: what a page claims is not waited for.
    private int Room => Math.Min(_bytes.Length, _maxBytes + 1);

    public ReadOnlyMemory<byte> Message => _bytes.AsMemory(0, _length);

    public async ValueTask<Received> ReceiveAsync(WebSocket socket, CancellationToken aborted)
    {
        Release();
        while (true)
        {
            // The first waits with no room at all, and ends when the message begins.
            var received = await socket.ReceiveAsync(_bytes.AsMemory(_length, Room - _length), aborted);
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

            if (_length == Room)
            {
                Grow();
            }
        }
    }

    /// <summary>Reads and forgets until the page's close.</summary>
    public async Task<SocketClose> PassOverAsync(WebSocket socket, CancellationToken aborted)
    {
        Release();
        Grow();
        while ((await socket.ReceiveAsync(_bytes.AsMemory(), aborted)).MessageType != WebSocketMessageType.Close)
        {
            // Forgotten.
        }

        return SocketClose.ByPage;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(_bytes.Length * 2L, Smallest), _maxBytes + 1L));
        Message.CopyTo(larger);
        Return();
        _bytes = larger;
    }

    private void Release()
    {
        Return();
        (_bytes, _length) = ([], 0);
    }

    private void Return()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}

internal enum Received
{
    Text,
    Binary,
    TooBig,
    Close,
}
