using System.Net.Sockets;

namespace Gateway.Tests.Channels;

/// <summary>A connection whose end takes in only as many bytes as it is let, with next to no buffer in its own kernel.</summary>
internal sealed class DrippingLine : IDisposable
{
    private const int Buffer = 4_096;

    private readonly SemaphoreSlim _drops = new(0);
    private readonly HttpMessageInvoker _line;

    // Written by the test, read by the reader.
    private volatile bool _isTight;

    public DrippingLine() => _line = new(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = Buffer };
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new Dripping(this, new NetworkStream(socket, ownsSocket: true));
        },
    });

    public HttpMessageInvoker Line => _line;

    /// <summary>From here on a byte comes with each <see cref="Drop"/>.</summary>
    public void Tighten() => _isTight = true;

    public void Drop() => _drops.Release();

    /// <summary>From here on it reads as fast as it can.</summary>
    public void Open()
    {
        _isTight = false;
        _drops.Release();
    }

    public void Dispose()
    {
        _line.Dispose();
        _drops.Dispose();
    }

    private sealed class Dripping(DrippingLine line, NetworkStream network) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.IsEmpty || !line._isTight)
            {
                return await network.ReadAsync(buffer, cancellationToken);
            }

            await line._drops.WaitAsync(cancellationToken);
            return await network.ReadAsync(line._isTight ? buffer[..1] : buffer, cancellationToken);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            network.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => network.FlushAsync(cancellationToken);

        public override void Flush() => network.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => network.Write(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                network.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
