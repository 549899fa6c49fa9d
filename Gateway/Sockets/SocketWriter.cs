using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Gateway.Sockets;

/// <summary>
/// The sending side of one socket: gathers what is written and hands it to the system when flushed, in the thread that flushes. What the system does not take
/// at once is sent as it does, and the flush waits for it; so what is unsent is bounded by what is written between two flushes.
/// </summary>
internal sealed class SocketWriter(Socket socket, Action closed) : PipeWriter
{
    private const int LeastRoom = 512;
    private const int Smallest = 1024;
    private const int LargestPiece = 64 * 1024;

    private readonly Lock _lock = new();

    // the writer's
    private byte[] _bytes = [];
    private int _count;
    private List<ArraySegment<byte>>? _full;
    private Task _sending = Task.CompletedTask;
    private bool _isCompleted;

    // owned by _lock
    private TaskCompletionSource? _flushing;
    private bool _isCanceled;

    // set once by whoever sends
    private volatile bool _isBroken;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _count + (_full?.Sum(static piece => (long)piece.Count) ?? 0);

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, LeastRoom));
        return _bytes.AsMemory(_count);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, LeastRoom));
        return _bytes.AsSpan(_count);
    }

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_bytes.Length - _count), nameof(bytes));
        _count += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_isCanceled)
            {
                _isCanceled = false;
                return new(new FlushResult(isCanceled: true, _isBroken));
            }
        }

        return TrySend() ? new(new FlushResult(isCanceled: false, _isBroken)) : FlushSlowlyAsync(cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        lock (_lock)
        {
            _isCanceled = _flushing is null || !_flushing.TrySetResult();
        }
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted)
        {
            return;
        }

        _isCompleted = true;
        _isBroken |= exception is not null;
        if (!TrySend())
        {
            _sending = SendAsync(_sending, TakePieces());
        }
    }

    /// <summary>Done when everything has been taken by the system, or never will be.</summary>
    public Task SentAsync() => _sending;

    private void MakeRoom(int size)
    {
        if (_bytes.Length - _count >= size)
        {
            return;
        }

        if (_count > 0 && _count + size > LargestPiece)
        {
            (_full ??= []).Add(new(_bytes, 0, _count));
            (_bytes, _count) = ([], 0);
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_count + size, Math.Max(_bytes.Length * 2, Smallest)));
        _bytes.AsSpan(0, _count).CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }

    /// <summary>Sends what the system takes at once; true when that was everything, or nothing will be taken any more.</summary>
    private bool TrySend()
    {
        if (!_sending.IsCompleted || _full is not null)
        {
            return false;
        }

        var sent = 0;
        while (sent < _count && !_isBroken)
        {
            sent += Send(_bytes.AsSpan(sent, _count - sent), out var error);
            if (error == SocketError.WouldBlock)
            {
                _bytes.AsSpan(sent, _count - sent).CopyTo(_bytes);
                _count -= sent;
                return false;
            }
        }

        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            (_bytes, _count) = ([], 0);
        }

        return true;
    }

    private int Send(ReadOnlySpan<byte> bytes, out SocketError error)
    {
        try
        {
            var count = socket.Send(bytes, SocketFlags.None, out error);
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                Break();
            }

            return count;
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.OperationAborted;
            Break();
            return 0;
        }
    }

    private async ValueTask<FlushResult> FlushSlowlyAsync(CancellationToken cancellation)
    {
        var flushing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _flushing = flushing;
        }

        try
        {
            var sending = _sending = SendAsync(_sending, TakePieces());
            await Task.WhenAny(sending, flushing.Task).WaitAsync(cancellation);
            return new(isCanceled: flushing.Task.IsCompleted, _isBroken);
        }
        finally
        {
            lock (_lock)
            {
                _flushing = null;
            }
        }
    }

    private List<ArraySegment<byte>> TakePieces()
    {
        var pieces = _full ?? [];
        if (_count > 0)
        {
            pieces.Add(new(_bytes, 0, _count));
        }

        (_full, _bytes, _count) = (null, [], 0);
        return pieces;
    }

    private async Task SendAsync(Task before, List<ArraySegment<byte>> pieces)
    {
        await before;
        foreach (var piece in pieces)
        {
            try
            {
                for (var rest = piece; rest.Count > 0 && !_isBroken;)
                {
                    rest = rest[await socket.SendAsync(rest, SocketFlags.None)..];
                }
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                Break();
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(piece.Array!);
            }
        }
    }

    // The reader meets the same and knows the cause.
    private void Break()
    {
        _isBroken = true;
        closed();
    }
}
