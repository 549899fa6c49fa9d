using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Gateway.Sockets;

/// <summary>
/// The receiving side of one socket. It waits without a buffer, and who waits for it goes on in the thread that heard of the bytes. While nobody reads it
/// still listens, for the end of the connection.
/// </summary>
internal sealed class SocketReader : PipeReader, IValueTaskSource<ReadResult>, IDisposable
{
    private readonly Action _closed;
    private readonly Bell _bell;
    private readonly Lock _lock = new();

    // owned by _lock; its buffer by whoever reads, unless a read is awaited
    private Reception _reception;
    private ManualResetValueTaskSourceCore<ReadResult> _core;
    private CancellationTokenRegistration _cancellation;
    private bool _isAwaited;
    private bool _isCanceled;

    /// <param name="socket">Does not block.</param>
    /// <param name="closed">Told, perhaps more than once, that the peer has ended or broken the connection.</param>
    public SocketReader(Socket socket, Action closed)
    {
        _closed = closed;
        _bell = new(this);
        _reception = new(socket, _bell);
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!IsSettled())
            {
                _core.Reset();
                _isAwaited = true;
                if (cancellationToken.CanBeCanceled)
                {
                    _cancellation = cancellationToken.UnsafeRegister(
                        static (waiting, token) => ((Waiting)waiting!).Cancel(token), new Waiting(this, _core.Version));
                }

                return new(this, _core.Version);
            }
        }

        return new(Taken());
    }

    public override bool TryRead(out ReadResult result)
    {
        bool isSettled;
        lock (_lock)
        {
            isSettled = IsSettled();
        }

        result = isSettled ? Taken() : default;
        return isSettled;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _reception.Buffer.Advance(consumed, examined);
        if (!_reception.Buffer.IsExamined)
        {
            return;
        }

        bool isOver;
        lock (_lock)
        {
            _reception.Listen();
            isOver = _reception.IsOver();
        }

        if (isOver)
        {
            _closed();
        }
    }

    public override void CancelPendingRead()
    {
        lock (_lock)
        {
            _isCanceled = true;
            if (!_isAwaited)
            {
                return;
            }

            EndWait(isElsewhere: true);
        }

        _core.SetResult(Taken());
    }

    public override void Complete(Exception? exception = null)
    {
        Fail(new InvalidOperationException("reading is over"));
        lock (_lock)
        {
            _reception.Buffer.Release();
        }
    }

    /// <summary>From now on reading fails with this; called before the socket is closed.</summary>
    public void Fail(Exception reason)
    {
        lock (_lock)
        {
            _reception.Failure ??= reason;
        }
    }

    public void Dispose() => _bell.Dispose();

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private ReadResult Taken()
    {
        bool isOver;
        lock (_lock)
        {
            isOver = _reception.IsEnded || _reception.Failure is not null;
        }

        if (isOver)
        {
            _closed();
        }

        lock (_lock)
        {
            return Answer();
        }
    }

    private void OnArrived()
    {
        bool isOver;
        bool isAnswered;
        ReadResult answer = default;
        Exception? failure = null;
        lock (_lock)
        {
            _reception.IsListening = false;
            _reception.Hear();
            isAnswered = _isAwaited && IsSettled();
            if (isAnswered)
            {
                EndWait(isElsewhere: false);
                failure = _reception.Buffer.IsExamined ? _reception.Failure : null;
                answer = failure is null ? Answer() : default;
            }

            isOver = _reception.IsOver();
        }

        if (isOver)
        {
            _closed();
        }

        if (failure is not null)
        {
            _core.SetException(failure);
        }
        else if (isAnswered)
        {
            _core.SetResult(answer);
        }
    }

    private void Cancel(short version, CancellationToken token)
    {
        lock (_lock)
        {
            if (!_isAwaited || _core.Version != version)
            {
                return;
            }

            EndWait(isElsewhere: true);
        }

        _core.SetException(new OperationCanceledException(token));
    }

    // under _lock, as everything below; elsewhere: who ends the wait may hold a lock, so it is no thread to go on in
    private void EndWait(bool isElsewhere)
    {
        _isAwaited = false;
        _cancellation.Unregister();
        _cancellation = default;
        _core.RunContinuationsAsynchronously = isElsewhere;
    }

    /// <summary>Receives, or sees to it that the bell rings; true when there is an answer for who reads.</summary>
    private bool IsSettled()
    {
        while (!_isCanceled && _reception.Buffer.IsExamined && !_reception.IsEnded && _reception.Failure is null)
        {
            _reception.Listen();
            if (_reception.IsReadable)
            {
                _reception.Receive();
            }
            else if (_reception.IsListening)
            {
                return false;
            }
        }

        return true;
    }

    private ReadResult Answer()
    {
        var isCanceled = _isCanceled;
        _isCanceled = false;
        return !isCanceled && _reception.Buffer.IsExamined && _reception.Failure is { } failure
            ? throw failure
            : new(_reception.Buffer.Unread, isCanceled, _reception.IsEnded);
    }

    /// <summary>Rings when something has come, or the socket has failed.</summary>
    private sealed class Bell(SocketReader reader) : SocketAsyncEventArgs(true)
    {
        protected override void OnCompleted(SocketAsyncEventArgs e) => reader.OnArrived();
    }

    private sealed record Waiting(SocketReader Reader, short Version)
    {
        public void Cancel(CancellationToken token) => Reader.Cancel(Version, token);
    }
}
