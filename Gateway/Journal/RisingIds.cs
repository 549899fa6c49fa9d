using System.Buffers.Binary;

namespace Gateway.Journal;

/// <summary>UUIDv7 whose text rises with each that is made, also within one millisecond and when the clock steps back. Owned by one loop.</summary>
internal sealed class RisingIds
{
    private const int LastCount = 0xFFF;

    private long _milliseconds;
    private int _count;

    public string Next(DateTimeOffset now)
    {
        var milliseconds = now.ToUnixTimeMilliseconds();
        if (milliseconds > _milliseconds)
        {
            (_milliseconds, _count) = (milliseconds, 0);
        }
        else if (_count < LastCount)
        {
            _count++;
        }
        else
        {
            (_milliseconds, _count) = (_milliseconds + 1, 0);
        }

        // RFC 9562, 6.2 method 1: the twelve bits behind the version count within the millisecond.
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(_milliseconds)).TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | _count));
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
