using System.Buffers;

namespace Gateway.Channels.WebSockets;

/// <summary>Bytes that wait to leave together. Holds memory only while there are any: of thousands of pages most are silent at any moment.</summary>
internal sealed class GatherBuffer
{
    private byte[] _bytes = [];

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Count);

    /// <summary>So many more bytes, to be filled by the caller.</summary>
    public Span<byte> Take(int count)
    {
        if (_bytes.Length < Count + count)
        {
            Grow(Count + count);
        }

        Count += count;
        return _bytes.AsSpan(Count - count, count);
    }

    public void Clear() => Count = 0;

    /// <summary>Gives its memory away; what is in it is forgotten.</summary>
    public void Release()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        (_bytes, Count) = ([], 0);
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
        Bytes.CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
