using System.Buffers;

namespace Gateway.Broker.Protocol;

/// <summary>One whole packet in the receive buffer: its first byte and what follows the remaining length.</summary>
internal readonly struct Frame(byte header, ReadOnlySequence<byte> body, int size)
{
    public byte Header { get; } = header;

    public PacketType Type => (PacketType)(Header >> 4);

    public int Flags => Header & 0x0F;

    public ReadOnlySequence<byte> Body { get; } = body;

    /// <summary>Bytes on the wire, header included.</summary>
    public int Size { get; } = size;

    /// <summary>Takes one packet off the front of the buffer; false while it is incomplete.</summary>
    public static bool TryTake(ref ReadOnlySequence<byte> buffer, int bound, out Frame frame)
    {
        frame = default;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryRead(out var header) || !TryReadLength(ref reader, out var length))
        {
            return false;
        }

        var size = (int)reader.Consumed + length;
        if (size > bound)
        {
            throw new ProtocolException(ReasonCode.PacketTooLarge, $"a packet of {size} bytes; at most {bound} are accepted");
        }

        if (reader.Remaining < length)
        {
            return false;
        }

        frame = new(header, buffer.Slice(reader.Position, length), size);
        buffer = buffer.Slice(size);
        return true;
    }

    private static bool TryReadLength(ref SequenceReader<byte> reader, out int length)
    {
        length = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            if (!reader.TryRead(out var part))
            {
                return false;
            }

            length |= (part & 0x7F) << shift;
            if ((part & 0x80) == 0)
            {
                // MQTT-1.5.5-1: the shortest encoding is the only one
                return part != 0 || shift == 0 ? true : throw ProtocolException.Malformed("the remaining length is not in its shortest form");
            }
        }

        throw ProtocolException.Malformed("the remaining length has more than four bytes");
    }
}
