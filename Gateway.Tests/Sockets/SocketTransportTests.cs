using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Gateway.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Tests.Sockets;

/// <summary>What Kestrel and the broker rely on beneath them: all bytes in order, both ways, and an end that is noticed.</summary>
public sealed class SocketTransportTests
{
    private const int Many = 3_000_000;

    private IConnectionListener _listener = null!;
    private ConnectionContext _connection = null!;
    private Socket _peer = null!;

    private PipeReader Input => _connection.Transport.Input;

    private PipeWriter Output => _connection.Transport.Output;

    [SetUp]
    public async Task ConnectAsync()
    {
        _listener = await new SocketTransport(backlog: 16).BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        _peer = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 * 1024 };
        await _peer.ConnectAsync(_listener.EndPoint);
        _connection = (await _listener.AcceptAsync())!;
        ((SocketConnection)_connection).Socket.SendBufferSize = 64 * 1024;
    }

    [TearDown]
    public async Task CloseAsync()
    {
        _peer.Dispose();
        await _connection.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Test]
    public async Task Input_ReadInOddPieces_IsWholeAndInOrder()
    {
        var sent = SomeBytes();
        var sending = _peer.SendAsync(sent);
        var random = new Random(7);
        var taken = new ArrayBufferWriter<byte>();

        while (taken.WrittenCount < Many)
        {
            var read = await Soon(Input.ReadAsync());
            var take = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, random.Next(20_000)));
            foreach (var part in take)
            {
                taken.Write(part.Span);
            }

            Input.AdvanceTo(take.End);
        }

        Assert.That(taken.WrittenSpan.SequenceEqual(sent), Is.True);
        Assert.That(await sending, Is.EqualTo(Many));
    }

    [Test]
    public async Task Output_ToAPeerThatReadsLate_WaitsAndIsWholeAndInOrder()
    {
        var sent = SomeBytes();
        Output.Write(sent);
        var flushing = Output.FlushAsync().AsTask();
        Assert.That(flushing.IsCompleted, Is.False, "more than the system holds");

        var taken = await ReceiveAsync(Many);

        Assert.That((await Soon(flushing)).IsCompleted, Is.False);
        Assert.That(taken.AsSpan().SequenceEqual(sent), Is.True);
    }

    [Test]
    public async Task Output_FlushGivenUp_LosesNothing()
    {
        var sent = SomeBytes();
        Output.Write(sent.AsSpan(0, Many - 1));
        var flushing = Output.FlushAsync().AsTask();
        Output.CancelPendingFlush();
        Assert.That((await Soon(flushing)).IsCanceled, Is.True);

        Output.Write(sent.AsSpan(Many - 1));
        var last = Output.FlushAsync().AsTask();

        Assert.That((await ReceiveAsync(Many)).AsSpan().SequenceEqual(sent), Is.True);
        Assert.That((await Soon(last)).IsCanceled, Is.False);
    }

    [Test]
    public async Task Output_CompletedWithoutAFlush_IsSentBeforeTheEnd()
    {
        Output.Write("the last word"u8);
        await Output.CompleteAsync();
        await _connection.DisposeAsync();

        Assert.That(await ReceiveAsync(13), Is.EqualTo("the last word"u8.ToArray()));
        Assert.That(await _peer.ReceiveAsync(new byte[1]), Is.Zero);
    }

    [Test]
    public void Output_AskedForAnyRoom_NeverHasNone()
    {
        for (var written = 0; written < 10_000; written++)
        {
            Assert.That(Output.GetSpan().Length, Is.GreaterThan(100), "whoever asks for room gets some");
            Output.Advance(1);
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Read_GivenUp_LosesNothing(bool byToken)
    {
        using var token = new CancellationTokenSource();
        var given = Input.ReadAsync(token.Token).AsTask();
        if (byToken)
        {
            await token.CancelAsync();
            Assert.That(async () => await Soon(given), Throws.InstanceOf<OperationCanceledException>());
        }
        else
        {
            Input.CancelPendingRead();
            Assert.That((await Soon(given)).IsCanceled, Is.True);
        }

        await _peer.SendAsync("still here"u8.ToArray());
        var read = await Soon(Input.ReadAtLeastAsync(10).AsTask());

        Assert.That(read.Buffer.ToArray(), Is.EqualTo("still here"u8.ToArray()));
    }

    [Test]
    public async Task Read_CancelledBefore_TellsSoOnce()
    {
        Input.CancelPendingRead();

        Assert.That((await Soon(Input.ReadAsync())).IsCanceled, Is.True);
        Assert.That(Input.TryRead(out _), Is.False);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task PeerGone_WhileNobodyReads_IsNoticed(bool broken)
    {
        var closed = new TaskCompletionSource<bool>();
        await using var told = _connection.ConnectionClosed.Register(() => closed.SetResult(true));
        await _peer.SendAsync("GET"u8.ToArray());
        Input.AdvanceTo((await Soon(Input.ReadAsync())).Buffer.End);

        _peer.Close(broken ? 0 : -1);

        await Soon(closed.Task);
    }

    [Test]
    public async Task PeerReset_ReadAndFlush_EndWithIt()
    {
        var reading = Input.ReadAsync().AsTask();
        _peer.Close(timeout: 0);

        Assert.That(async () => await Soon(reading), Throws.InstanceOf<ConnectionResetException>());
        Output.Write("nobody hears"u8);
        Assert.That((await Soon(Output.FlushAsync())).IsCompleted, Is.True);
    }

    [Test]
    public async Task Abort_WhileReadingAndFlushing_EndsBoth_AndThePeerSeesAReset()
    {
        var reading = Input.ReadAsync().AsTask();
        Output.Write(new byte[Many]);
        var flushing = Output.FlushAsync().AsTask();

        _connection.Abort(new ConnectionAbortedException("enough"));

        Assert.That(async () => await Soon(reading), Throws.InstanceOf<ConnectionAbortedException>().With.Message.EqualTo("enough"));
        Assert.That((await Soon(flushing)).IsCompleted, Is.True);
        Assert.That(async () => await ReceiveAsync(Many), Throws.InstanceOf<SocketException>());
    }

    [Test]
    public async Task Features_AreTheConnectionItself_AndWhatWasAdded()
    {
        var features = _connection.Features;
        features.Set<IDisposable>(_peer);

        Assert.Multiple(() =>
        {
            Assert.That(features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionSocketFeature>()!.Socket.Connected, Is.True);
            Assert.That(features.Get<IDisposable>(), Is.SameAs(_peer));
            Assert.That(features.Get<IAsyncEnumerable<int>>(), Is.Null);
            Assert.That(_connection.RemoteEndPoint, Is.EqualTo(_peer.LocalEndPoint));
        });
        features.Set<IDisposable>(null);
        Assert.That(features.Get<IDisposable>(), Is.Null);
        await _listener.UnbindAsync();
        Assert.That(await _listener.AcceptAsync(), Is.Null);
    }

    private static Task<T> Soon<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(60));

    private static Task<T> Soon<T>(ValueTask<T> task) => Soon(task.AsTask());

    private static byte[] SomeBytes()
    {
        var bytes = new byte[Many];
        new Random(3).NextBytes(bytes);
        return bytes;
    }

    private async Task<byte[]> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var received = await Soon(_peer.ReceiveAsync(bytes.AsMemory(at)).AsTask());
            Assert.That(received, Is.Positive, "it ended too early");
            at += received;
        }

        return bytes;
    }
}
