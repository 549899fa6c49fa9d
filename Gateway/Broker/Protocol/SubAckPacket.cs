using System.Buffers;

namespace Gateway.Broker.Protocol;

/// <summary>SUBACK and UNSUBACK: a reason for each filter, in their order. An UNSUBACK of 3.1.1 has none.</summary>
internal sealed record SubAckPacket(PacketType Type, ushort PacketId, IReadOnlyList<ReasonCode> Reasons)
{
    public static SubAckPacket Read(ReadOnlySpan<byte> body, PacketType type, ProtocolVersion version)
    {
        var reader = new BodyReader(body);
        var packetId = SubscribePacket.ReadPacketId(ref reader);
        if (version == ProtocolVersion.V500)
        {
            PropertyReader.Read(ref reader, PropertySet.Acknowledgement);
        }

        var reasons = new ReasonCode[reader.Remaining];
        for (var i = 0; i < reasons.Length; i++)
        {
            reasons[i] = (ReasonCode)reader.ReadByte();
        }

        return new(type, packetId, reasons);
    }

    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        using var body = new BodyWriter();
        body.UInt16(PacketId);
        if (version == ProtocolVersion.V500)
        {
            body.Byte(0);
        }

        if (version == ProtocolVersion.V500 || Type == PacketType.SubAck)
        {
            foreach (var reason in Reasons)
            {
                // 3.1.1 knows one failure only, 3.9.3
                body.Byte(version == ProtocolVersion.V311 && reason >= ReasonCode.UnspecifiedError ? (byte)0x80 : (byte)reason);
            }
        }

        body.SendTo(output, Type);
    }
}
