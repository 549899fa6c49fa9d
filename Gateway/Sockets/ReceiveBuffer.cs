using System.Buffers;

namespace Gateway.Sockets;

/// <summary>What was received and not consumed, in one piece; empty, it holds nothing. A field, so that an idle connection has one object less.</summary>
internal struct ReceiveBuffer()
{
    private const int Smallest = 4 * 1024;
    private const int LargestUsual = 64 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private int _usual = Smallest;

    /// <summary>All of it has been looked at, so that only more of it is of use.</summary>
    public bool IsExamined { get; private set; } = true;

    public readonly ReadOnlySequence<byte> Unread => new(_bytes, _start, _end - _start);

    /// <summary>Where to receive the next bytes.</summary>
    public Span<byte> MakeRoom()
    {
        if (_bytes.Length == 0)
        {
            _bytes = ArrayPool<byte>.Shared.Rent(_usual);
        }
        else if (_end == _bytes.Length)
        {
            var unread = _bytes.AsSpan(_start, _end - _start);
            var target = unread.Length <= _bytes.Length / 2 ? _bytes : ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
            unread.CopyTo(target);
            (_start, _end) = (0, unread.Length);
            if (target != _bytes)
            {
                ArrayPool<byte>.Shared.Return(_bytes);
                _bytes = target;
            }
        }

        return _bytes.AsSpan(_end);
    }

    /// <summary>True when the room was filled: there may be more.</summary>
    public bool Received(int count)
    {
        _end += count;
        IsExamined = false;
        var isFull = _end == _bytes.Length;
        _usual = isFull ? Math.Min(_bytes.Length * 2, LargestUsual) : Smallest;
        return isFull;
    }

    public void Advance(SequencePosition consumed, SequencePosition examined)
    {
        _start = consumed.GetInteger() & int.MaxValue;
        IsExamined = (examined.GetInteger() & int.MaxValue) >= _end;
        ReleaseIfEmpty();
    }

    public void ReleaseIfEmpty()
    {
        if (_start == _end)
        {
            Release();
        }
    }

    public void Release()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        (_bytes, _start, _end) = ([], 0, 0);
    }
}
