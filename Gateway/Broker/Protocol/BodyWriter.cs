using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Gateway.Broker.Protocol;

/// <summary>Builds the body of a packet that is not on the hot path; growing, from the shared pool.</summary>
internal sealed class BodyWriter : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(256);
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

    public void VariableInteger(int value)
    {
        Span<byte> encoded = stackalloc byte[4];
        Bytes(encoded[..VariableByteInteger.Write(encoded, value)]);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void Binary(ReadOnlySpan<byte> bytes)
    {
        UInt16(checked((ushort)bytes.Length));
        Bytes(bytes);
    }

    public void Text(string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        UInt16(checked((ushort)count));
        Encoding.UTF8.GetBytes(text, Take(count));
    }

    /// <summary>Sends what was built, behind the fixed header.</summary>
    public void SendTo(IBufferWriter<byte> output, PacketType type, int flags = 0)
    {
        var span = output.GetSpan(_length + 5);
        span[0] = (byte)(((int)type << 4) | flags);
        var header = 1 + VariableByteInteger.Write(span[1..], _length);
        Written.CopyTo(span[header..]);
        output.Advance(header + _length);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private Span<byte> Take(int count)
    {
        if (_length + count > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + count));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        var span = _bytes.AsSpan(_length, count);
        _length += count;
        return span;
    }
}

internal static class VariableByteInteger
{
    public const int Maximum = 268_435_455;

    public static int Size(int value) => value switch { < 128 => 1, < 16_384 => 2, < 2_097_152 => 3, _ => 4 };

    public static int Write(Span<byte> to, int value)
    {
        var at = 0;
        do
        {
            var part = (byte)(value & 0x7F);
            value >>= 7;
            to[at++] = (byte)(value > 0 ? part | 0x80 : part);
        }
        while (value > 0);
        return at;
    }
}
