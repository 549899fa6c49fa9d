using System.Buffers;
using System.Buffers.Binary;

namespace Gateway.Broker.Protocol;

/// <summary>A PUBLISH as it is on the wire; the spans live as long as the receive buffer.</summary>
internal readonly ref struct PublishPacket
{
    /// <summary>Empty when an alias stands for it.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    public byte Qos { get; init; }

    public bool Retain { get; init; }

    public bool Duplicate { get; init; }

    public ushort PacketId { get; init; }

    public Properties? Properties { get; init; }

    public static PublishPacket Read(ReadOnlySpan<byte> body, int flags, ProtocolVersion version, bool fromServer = false)
    {
        var qos = (flags >> 1) & 3;
        var duplicate = (flags & 8) != 0;
        if (qos == 3 || (qos == 0 && duplicate))
        {
            throw ProtocolException.Malformed($"PUBLISH flags 0x{flags:X}");
        }

        var reader = new BodyReader(body);
        var topic = reader.ReadNameBytes();
        var packetId = qos > 0 ? reader.ReadUInt16() : (ushort)0;
        if (qos > 0 && packetId == 0)
        {
            throw ProtocolException.Violation("PUBLISH with packet id 0");
        }

        var properties = version == ProtocolVersion.V500 ? PropertyReader.Read(ref reader, PropertySet.Publish, fromServer) : Properties.None;
        if (!TopicRules.IsTopicName(topic) && !(topic.IsEmpty && properties.TopicAlias is not null))
        {
            throw ProtocolException.Malformed("the topic is empty or has wildcards");
        }

        if (properties.SubscriptionIdentifiers?.Contains(0) == true)
        {
            throw ProtocolException.Violation("the subscription identifier is 0");
        }

        return new()
        {
            Topic = topic,
            Payload = reader.ReadRest(),
            Qos = (byte)qos,
            Retain = (flags & 1) != 0,
            Duplicate = duplicate,
            PacketId = packetId,
            Properties = ReferenceEquals(properties, Properties.None) ? null : properties,
        };
    }

    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        using var block = new BodyWriter();
        if (version == ProtocolVersion.V500)
        {
            PropertyWriter.Write(block, Properties ?? Properties.None);
        }

        var length = 2 + Topic.Length + (Qos > 0 ? 2 : 0) + block.Written.Length + Payload.Length;
        var head = output.GetSpan(7 + Topic.Length + 2);
        head[0] = Header(Qos, Retain, Duplicate);
        var at = 1 + VariableByteInteger.Write(head[1..], length);
        BinaryPrimitives.WriteUInt16BigEndian(head[at..], checked((ushort)Topic.Length));
        Topic.CopyTo(head[(at + 2)..]);
        at += 2 + Topic.Length;
        if (Qos > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(head[at..], PacketId);
            at += 2;
        }

        output.Advance(at);
        output.Write(block.Written);
        output.Write(Payload);
    }

    internal static byte Header(byte qos, bool retain, bool duplicate) => (byte)(0x30 | (duplicate ? 8 : 0) | (qos << 1) | (retain ? 1 : 0));
}
