using System.Buffers.Binary;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Channels.WebSockets;

/// <summary>
/// The bytes beneath one WebSocket: gathers frames until they are flushed together, and knows when the peer last gave or took a byte.
/// Only <see cref="FlushBatchAsync"/> writes to the network, so a pong that the WebSocket sends of its own accord waits for it too. Disposing does not end
/// the network, which is the server's: a WebSocket that fails disposes of its stream before its close frame has left.
/// </summary>
internal sealed class SocketWire(Stream network, TcpPeer peer) : Stream
{
    // The framework answers text that is no UTF-8 with 1007 and asks nobody; the contract has one code for whatever is no JSON object.
    private static readonly byte[] NoUtf8 = [CloseFrame, 2, 1007 >> 8, 1007 & 0xFF];

    private const byte CloseFrame = 0x88;
    private const byte TextFrame = 0x81;
    private const byte Length16 = 126;
    private const byte Length64 = 127;
    private const int LongestHead = 10;

    // Pongs and frames beyond this are of a peer that asks and does not read.
    private const int MaxGathered = 1024 * 1024;

    private readonly Lock _lock = new();

    // Owned by _lock. Two buffers that change places: one gathers while the other is written.
    private GatherBuffer _gathering = new();
    private GatherBuffer _writing = new();
    private Action? _nudge;

    /// <summary>How long the peer has neither given nor taken a byte. Asked by the watch alone.</summary>
    public TimeSpan SilentFor => peer.SilentFor;

    public int Gathered
    {
        get
        {
            lock (_lock)
            {
                return _gathering.Count;
            }
        }
    }

    /// <summary>Whether it should be flushed before more is gathered, whatever the batch.</summary>
    public bool IsFilling => Gathered >= MaxGathered / 4;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The WebSocket could not read what came, has written its close and let go; the page is still there to read it.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>What to call when bytes are waiting that nobody is about to flush.</summary>
    public void OnWaiting(Action nudge) => _nudge = nudge;

    /// <summary>Called by one flusher at a time; how many bytes it was.</summary>
    public async ValueTask<int> FlushBatchAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            (_gathering, _writing) = (_writing, _gathering);
        }

        var count = _writing.Count;
        if (count > 0)
        {
            await network.WriteAsync(_writing.Bytes, cancellation);
            await network.FlushAsync(cancellation);
            _writing.Clear();
            if (!peer.Tells)
            {
                peer.Heard();
            }
        }

        return count;
    }

    /// <summary>
    /// A text message of two parts, as a frame of its own (RFC 6455, 5.2): many pages get the same bytes, which the WebSocket would copy three times for each.
    /// </summary>
    public void WriteText(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        Span<byte> head = stackalloc byte[LongestHead];
        head = head[..WriteHead(head, first.Length + rest.Length)];
        Gather(head, first, rest);
    }

    /// <summary>Holds no memory until something is written again. Called between two flushes.</summary>
    public void Rest()
    {
        lock (_lock)
        {
            _writing.Release();
            if (_gathering.Count == 0)
            {
                _gathering.Release();
            }
        }
    }

    /// <summary>Reads and forgets until the page's close: ended before that, the network would take our close back from who has not read it.</summary>
    public async Task<SocketClose> PassOverAsync(CancellationToken cancellation)
    {
        var bytes = new byte[512];
        int read;
        do
        {
            read = await ReadAsync(bytes, cancellation);
        }
        while (read > 0 && bytes[0] != CloseFrame);
        return SocketClose.ByPage;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await network.ReadAsync(buffer, cancellationToken);
        peer.Heard();
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.SequenceEqual(NoUtf8))
        {
            IsGivenUp = true;
            buffer = SocketClose.Of(SocketClose.BadMessage, Random.Shared.NextDouble()).ToFrame();
        }

        Gather(buffer, [], []);
    }

    public override void Flush()
    {
        // The WebSocket flushes after each frame; frames leave together, in FlushBatchAsync.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Gather(ReadOnlySpan<byte> head, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        bool wasEmpty;
        lock (_lock)
        {
            var count = head.Length + first.Length + rest.Length;
            if (_gathering.Count + count > MaxGathered)
            {
                throw new IOException("the peer asks for more than it reads");
            }

            wasEmpty = _gathering.Count == 0;
            var room = _gathering.Take(count);
            head.CopyTo(room);
            first.CopyTo(room[head.Length..]);
            rest.CopyTo(room[(head.Length + first.Length)..]);
        }

        if (wasEmpty)
        {
            _nudge?.Invoke();
        }
    }

    private static int WriteHead(Span<byte> head, int length)
    {
        head[0] = TextFrame;
        switch (length)
        {
            case < Length16:
                head[1] = (byte)length;
                return 2;
            case <= ushort.MaxValue:
                head[1] = Length16;
                BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)length);
                return 4;
            default:
                head[1] = Length64;
                BinaryPrimitives.WriteInt64BigEndian(head[2..], length);
                return LongestHead;
        }
    }
}

/// <summary>Puts the wire beneath the WebSocket that the framework makes of this request.</summary>
internal sealed class WireUpgrade(IHttpUpgradeFeature upgrade, TcpPeer peer) : IHttpUpgradeFeature
{
    public bool IsUpgradableRequest => upgrade.IsUpgradableRequest;

    public SocketWire? Wire { get; private set; }

    public async Task<Stream> UpgradeAsync() => Wire = new(await upgrade.UpgradeAsync(), peer);
}
