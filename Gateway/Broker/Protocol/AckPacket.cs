using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Gateway.Broker.Protocol;

/// <summary>PUBACK, PUBREC, PUBREL and PUBCOMP: alike but for their reason codes.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AckPacket(PacketType Type, ushort PacketId, ReasonCode Reason = ReasonCode.Success)
{
    public const int MaximumSize = 5;

    public static AckPacket Read(ReadOnlySpan<byte> body, PacketType type, ProtocolVersion version)
    {
        var reader = new BodyReader(body);
        var packetId = reader.ReadUInt16();
        var reason = ReasonCode.Success;
        if (version == ProtocolVersion.V500 && !reader.AtEnd)
        {
            reason = (ReasonCode)reader.ReadByte();
            if (!reader.AtEnd)
            {
                PropertyReader.Read(ref reader, PropertySet.Acknowledgement);
            }
        }

        reader.ExpectEnd();
        if (packetId == 0 || !IsReasonOf(type, reason))
        {
            throw ProtocolException.Violation($"{type} with packet id {packetId} and reason 0x{(byte)reason:X2}");
        }

        return new(type, packetId, reason);
    }

    /// <summary>At most <see cref="MaximumSize"/> bytes; MQTT 5 leaves Success out.</summary>
    public int Write(Span<byte> to, ProtocolVersion version)
    {
        var withReason = version == ProtocolVersion.V500 && Reason != ReasonCode.Success;
        to[0] = (byte)(((int)Type << 4) | (Type == PacketType.PubRel ? 2 : 0));
        to[1] = (byte)(withReason ? 3 : 2);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], PacketId);
        if (!withReason)
        {
            return 4;
        }

        to[4] = (byte)Reason;
        return 5;
    }

    public void Write(IBufferWriter<byte> output, ProtocolVersion version) => output.Advance(Write(output.GetSpan(MaximumSize), version));

    private static bool IsReasonOf(PacketType type, ReasonCode reason) => type is PacketType.PubRel or PacketType.PubComp
        ? reason is ReasonCode.Success or ReasonCode.PacketIdentifierNotFound
        : reason is ReasonCode.Success or ReasonCode.NoMatchingSubscribers or ReasonCode.UnspecifiedError or ReasonCode.ImplementationSpecificError
            or ReasonCode.NotAuthorized or ReasonCode.TopicNameInvalid or ReasonCode.PacketIdentifierInUse or ReasonCode.QuotaExceeded
            or ReasonCode.PayloadFormatInvalid;
}
