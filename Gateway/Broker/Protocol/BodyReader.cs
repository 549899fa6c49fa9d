using System.Buffers.Binary;
using System.Text;

namespace Gateway.Broker.Protocol;

/// <summary>Walks over the body of one packet; every read past the end is a malformed packet.</summary>
internal ref struct BodyReader(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private int _at;

    public readonly int Position => _at;

    public readonly int Remaining => _body.Length - _at;

    public readonly bool AtEnd => _at == _body.Length;

    public byte ReadByte()
    {
        Need(1);
        return _body[_at++];
    }

    public ushort ReadUInt16()
    {
        Need(2);
        var value = BinaryPrimitives.ReadUInt16BigEndian(_body[_at..]);
        _at += 2;
        return value;
    }

    public uint ReadUInt32()
    {
        Need(4);
        var value = BinaryPrimitives.ReadUInt32BigEndian(_body[_at..]);
        _at += 4;
        return value;
    }

    public int ReadVariableInteger()
    {
        var value = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            var part = ReadByte();
            value |= (part & 0x7F) << shift;
            if ((part & 0x80) == 0)
            {
                return part != 0 || shift == 0 ? value : throw ProtocolException.Malformed("a variable byte integer is not in its shortest form");
            }
        }

        throw ProtocolException.Malformed("a variable byte integer has more than four bytes");
    }

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        Need(count);
        var bytes = _body.Slice(_at, count);
        _at += count;
        return bytes;
    }

    public ReadOnlySpan<byte> ReadBinary() => ReadBytes(ReadUInt16());

    public ReadOnlySpan<byte> ReadRest() => ReadBytes(Remaining);

    /// <summary>A string of the peer's own words: well-formed, without U+0000.</summary>
    public string ReadText()
    {
        var bytes = ReadBinary();
        return Utf8Rules.IsText(bytes) ? Encoding.UTF8.GetString(bytes) : throw ProtocolException.Malformed("a string is not well-formed UTF-8");
    }

    /// <summary>A string that names something: besides, without control characters and non-characters, as MQTT-1.5.4 lets a receiver demand.</summary>
    public string ReadName() => Encoding.UTF8.GetString(ReadNameBytes());

    public ReadOnlySpan<byte> ReadNameBytes()
    {
        var bytes = ReadBinary();
        return Utf8Rules.IsName(bytes) ? bytes : throw ProtocolException.Malformed("a name is not well-formed UTF-8 or has control characters");
    }

    public readonly void ExpectEnd()
    {
        if (!AtEnd)
        {
            throw ProtocolException.Malformed($"{Remaining} bytes too many");
        }
    }

    private readonly void Need(int count)
    {
        if (count > Remaining)
        {
            throw ProtocolException.Malformed("the packet ends too early");
        }
    }
}
