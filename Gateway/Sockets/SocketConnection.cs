using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Sockets;

/// <summary>One accepted connection as Kestrel knows it: two ends of a socket, and when and why it was closed.</summary>
internal sealed class SocketConnection : ConnectionContext, IDuplexPipe, IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature,
    IConnectionLifetimeFeature, IConnectionEndPointFeature, IConnectionSocketFeature
{
    // unlike any of the process before: what is logged under a connection's id stays distinct
    private static long s_last = Random.Shared.NextInt64();

    private readonly Lock _lock = new();
    private readonly SocketReader _reader;
    private readonly SocketWriter _writer;
    private readonly SocketFeatures _features;

    // owned by _lock
    private CancellationTokenSource? _closed;
    private bool _isClosed;
    private bool _isShut;

    // the middleware's, one after the other
    private IDuplexPipe? _transport;
    private string? _id;
    private IDictionary<object, object?>? _items;

    public SocketConnection(Socket socket)
    {
        Socket = socket;
        _features = new(this);
        _reader = new(socket, OnClosed);
        _writer = new(socket, OnClosed);
        RemoteEndPoint = socket.RemoteEndPoint;
    }

    public Socket Socket { get; }

    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref s_last).ToString("X", CultureInfo.InvariantCulture);
        set => _id = value;
    }

    public override IFeatureCollection Features => _features;

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    public override IDuplexPipe Transport
    {
        get => _transport ?? this;
        set => _transport = value;
    }

    public override EndPoint? LocalEndPoint { get => field ??= Socket.LocalEndPoint; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    /// <summary>The peer has ended or broken it, noticed also while nobody reads. Made when somebody asks.</summary>
    public override CancellationToken ConnectionClosed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed ? new(canceled: true) : (_closed ??= new()).Token;
            }
        }
        set => throw new NotSupportedException();
    }

    PipeReader IDuplexPipe.Input => _reader;

    PipeWriter IDuplexPipe.Output => _writer;

    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (BeginShut())
        {
            _reader.Fail(abortReason);
            Socket.Close(timeout: 0); // with a reset, as what is cut off is no end in good order
            OnClosed();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        await _writer.CompleteAsync();
        await _writer.SentAsync();
        if (BeginShut())
        {
            EndInOrder();
        }

        _reader.Dispose();
        OnClosed();
        await base.DisposeAsync();
    }

    private void EndInOrder()
    {
        using (Socket)
        {
            try
            {
                Socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // the peer was faster, and that is the end as well
                return;
            }
        }
    }

    private bool BeginShut()
    {
        lock (_lock)
        {
            return !_isShut && (_isShut = true);
        }
    }

    private void OnClosed()
    {
        CancellationTokenSource? closed;
        lock (_lock)
        {
            closed = _isClosed ? null : _closed;
            _isClosed = true;
        }

        if (closed is not null)
        {
            // Whoever asked to be told does not hold up the thread that noticed.
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), closed, preferLocal: false);
        }
    }
}
