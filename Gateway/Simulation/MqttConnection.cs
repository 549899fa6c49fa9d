using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Gateway.Broker;
using Gateway.Broker.Protocol;

namespace Gateway.Simulation;

/// <summary>The connection cannot go on; the client opens another.</summary>
internal sealed class MqttConnectionException(string sentence) : Exception(sentence);

/// <summary>One MQTT 3.1.1 connection over TCP, from CONNECT to its end: a loop each for reading, writing, delivering and keeping alive.</summary>
internal sealed class MqttConnection : IAsyncDisposable
{
    private const ProtocolVersion Version = ProtocolVersion.V311;
    private const ushort SubscribePacketId = Outbox.HighestPacketId + 1;
    private const int PacketBound = 1 << 20;

    // Incoming messages that wait for their handler. One more ends the connection: waiting would leave PUBACKs unread on which the handler may depend.
    private const int IncomingBound = 64;

    private static readonly Action<IBufferWriter<byte>> s_nothing = static _ => { };
    private static readonly Action<IBufferWriter<byte>> s_pingRequest = static to => to.Write<byte>([(byte)PacketType.PingReq << 4, 0]);

    private readonly Socket _socket;
    private readonly FaultyLine _line;
    private readonly TimeProvider _time;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;

    // Packets beside the outbox: acks, ping, subscribe. When it is full, those who send them wait for the socket.
    private readonly Channel<Action<IBufferWriter<byte>>> _control = Channel.CreateBounded<Action<IBufferWriter<byte>>>(16);
    private readonly Channel<Incoming> _incoming = Channel.CreateBounded<Incoming>(IncomingBound);

    // set by the read loop, taken by the keep-alive loop
    private volatile bool _isAlive = true;

    private MqttConnection(Socket socket, FaultyLine line, TimeProvider time)
    {
        _socket = socket;
        _line = line;
        _time = time;
        var stream = new NetworkStream(socket, ownsSocket: true);
        _input = PipeReader.Create(stream);
        _output = PipeWriter.Create(stream);
    }

    /// <summary>Done when the service has accepted.</summary>
    /// <exception cref="MqttConnectionException">It refused.</exception>
    public static async Task<MqttConnection> OpenAsync(
        EndPoint endpoint, ConnectPacket hello, FaultyLine line, TimeProvider time, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellation);
            var connection = new MqttConnection(socket, line, time);
            await connection.IntroduceAsync(hello, cancellation);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Serves until the connection fails, which throws, or the token ends it.</summary>
    public Task RunAsync(string filter, TimeSpan keepAlive, Outbox outbox, Func<MqttMessage, CancellationToken, Task> receive, CancellationToken stop)
    {
        Control(new SubscribePacket(SubscribePacketId, [new(filter, 1)]).Write);
        return LoopGroup.RunAsync(
            stop,
            cancellation => ReadAsync(frame => Take(frame, outbox), cancellation),
            cancellation => WriteAsync(outbox, cancellation),
            cancellation => DeliverAsync(receive, cancellation),
            cancellation => KeepAliveAsync(keepAlive * 0.75, cancellation),
            NudgeAsync);

        void Control(Action<IBufferWriter<byte>, ProtocolVersion> packet) => _control.Writer.TryWrite(to => packet(to, Version));
    }

    /// <summary>The outbox has something to send. With a full control queue the write loop is about to look anyway.</summary>
    public void Wake() => _control.Writer.TryWrite(s_nothing);

    /// <summary>Cuts the line, as a loss of power does: the service publishes the will.</summary>
    public void Abort() => _socket.Dispose();

    /// <summary>
    /// After RunAsync: the last status and DISCONNECT, then the rest of what the service sends, lest a reset destroys the goodbye on its way.
    /// </summary>
    public async Task SayGoodbyeAsync(MqttMessage last, CancellationToken patience)
    {
        Write(_output, last, packetId: 0, qos: 0, duplicate: false);
        new DisconnectPacket(ReasonCode.Success).Write(_output, Version);
        await _output.FlushAsync(patience);
        _socket.Shutdown(SocketShutdown.Send);
        ReadResult rest;
        do
        {
            rest = await _input.ReadAsync(patience);
            _input.AdvanceTo(rest.Buffer.End);
        }
        while (!rest.IsCompleted);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _input.CompleteAsync();
        // without the exception it would flush what is left over to a socket that is closed
        await _output.CompleteAsync(new MqttConnectionException("disposed"));
    }

    private static void Write(IBufferWriter<byte> to, MqttMessage message, ushort packetId, byte qos, bool duplicate) => new PublishPacket
    {
        Topic = Encoding.UTF8.GetBytes(message.Topic),
        Payload = message.Payload.Span,
        Qos = qos,
        Retain = message.Retain,
        Duplicate = duplicate,
        PacketId = packetId,
    }.Write(to, Version);

    private static ReadOnlySpan<byte> BodyOf(in Frame frame) => frame.Body.IsSingleSegment ? frame.Body.FirstSpan : frame.Body.ToArray();

    private async Task IntroduceAsync(ConnectPacket hello, CancellationToken cancellation)
    {
        hello.Write(_output);
        await _output.FlushAsync(cancellation);
        ConnAckPacket? answer = null;
        await ReadAsync(
            frame =>
            {
                answer = frame.Type == PacketType.ConnAck
                    ? ConnAckPacket.Read(BodyOf(frame), Version)
                    : throw ProtocolException.Violation($"{frame.Type} before CONNACK");
                return false;
            },
            cancellation);
        if (answer!.Reason != ReasonCode.Success)
        {
            throw new MqttConnectionException($"refused: {answer.Reason}");
        }
    }

    /// <summary>Hands over packet after packet until one is answered with false.</summary>
    private async Task ReadAsync(Func<Frame, bool> take, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await _input.ReadAsync(cancellation);
            var buffer = read.Buffer;
            while (Frame.TryTake(ref buffer, PacketBound, out var frame))
            {
                if (!take(frame))
                {
                    _input.AdvanceTo(buffer.Start);
                    return;
                }
            }

            _input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                throw new MqttConnectionException("closed by the service");
            }
        }
    }

    private bool Take(Frame frame, Outbox outbox)
    {
        _isAlive = true;
        switch (frame.Type)
        {
            case PacketType.PubAck when _line.LosesAck():
                throw new MqttConnectionException("an acknowledgement was lost, as asked for");
            case PacketType.PubAck:
                outbox.Acknowledge(AckPacket.Read(BodyOf(frame), PacketType.PubAck, Version).PacketId);
                break;
            case PacketType.Publish:
                Keep(PublishPacket.Read(BodyOf(frame), frame.Flags, Version, fromServer: true));
                break;
            case PacketType.SubAck when SubAckPacket.Read(BodyOf(frame), PacketType.SubAck, Version).Reasons is [>= ReasonCode.UnspecifiedError]:
                throw new MqttConnectionException("the subscription was refused");
            case PacketType.SubAck or PacketType.PingResp:
                break;
            default:
                throw ProtocolException.Violation($"{frame.Type} from a service");
        }

        return true;
    }

    private void Keep(in PublishPacket packet)
    {
        var message = new MqttMessage(Encoding.UTF8.GetString(packet.Topic), packet.Payload.ToArray(), packet.Retain);
        if (!_incoming.Writer.TryWrite(new(message, packet.PacketId)))
        {
            throw new MqttConnectionException($"more than {IncomingBound} messages wait to be handled");
        }
    }

    private async Task WriteAsync(Outbox outbox, CancellationToken cancellation)
    {
        while (true)
        {
            var first = await _control.Reader.ReadAsync(cancellation);
            first(_output);
            while (_control.Reader.TryRead(out var more))
            {
                more(_output);
            }

            var isWhole = WriteOwed(outbox);
            await _output.FlushAsync(cancellation);
            if (!isWhole)
            {
                throw new MqttConnectionException("cut, as asked for");
            }
        }
    }

    private bool WriteOwed(Outbox outbox)
    {
        var hasWritten = false;
        while (outbox.TryNext(out var entry, out var isAgain))
        {
            hasWritten = true;
            if (!_line.Send(isDuplicate => Write(_output, entry.Message, entry.PacketId, qos: 1, isDuplicate), isAgain))
            {
                return false;
            }
        }

        if (!hasWritten)
        {
            _line.LetGo();
        }

        return true;
    }

    /// <summary>A message that waits to be overtaken is let go after a while.</summary>
    private async Task NudgeAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(_line.IsSound ? Timeout.InfiniteTimeSpan : FaultyLine.Patience, _time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            Wake();
        }
    }

    private async Task DeliverAsync(Func<MqttMessage, CancellationToken, Task> receive, CancellationToken cancellation)
    {
        await foreach (var (message, packetId) in _incoming.Reader.ReadAllAsync(cancellation))
        {
            await receive(message, cancellation);
            if (packetId != 0)
            {
                await _control.Writer.WriteAsync(to => new AckPacket(PacketType.PubAck, packetId).Write(to, Version), cancellation);
            }
        }
    }

    private async Task KeepAliveAsync(TimeSpan interval, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval, _time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            if (!_isAlive)
            {
                throw new MqttConnectionException("nothing was heard since the last ping");
            }

            _isAlive = false;
            await _control.Writer.WriteAsync(s_pingRequest, cancellation);
        }
    }

    private readonly record struct Incoming(MqttMessage Message, ushort PacketId);
}
