using System.Buffers;

namespace Gateway.Broker.Protocol;

internal sealed record DisconnectPacket(ReasonCode Reason)
{
    public Properties Properties { get; init; } = Properties.None;

    public static DisconnectPacket Read(ReadOnlySpan<byte> body, ProtocolVersion version)
    {
        var reader = new BodyReader(body);
        if (reader.AtEnd || version == ProtocolVersion.V311)
        {
            return reader.AtEnd ? new(ReasonCode.Success) : throw ProtocolException.Silent("DISCONNECT with a body");
        }

        var reason = (ReasonCode)reader.ReadByte();
        if (reader.AtEnd)
        {
            return Checked(reason, Properties.None);
        }

        var properties = PropertyReader.Read(ref reader, PropertySet.Disconnect);
        reader.ExpectEnd();
        return Checked(reason, properties);
    }

    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        using var body = new BodyWriter();
        var plain = ReferenceEquals(Properties, Properties.None);
        if (version == ProtocolVersion.V500 && (Reason != ReasonCode.Success || !plain))
        {
            body.Byte((byte)Reason);
            if (!plain)
            {
                PropertyWriter.Write(body, Properties);
            }
        }

        body.SendTo(output, PacketType.Disconnect);
    }

    // A peer that says goodbye with a reason that does not exist is let go without a last word.
    private static DisconnectPacket Checked(ReasonCode reason, Properties properties) =>
        reason is ReasonCode.Success or ReasonCode.DisconnectWithWill or >= ReasonCode.UnspecifiedError && Enum.IsDefined(reason)
            ? new(reason) { Properties = properties }
            : throw ProtocolException.Silent($"DISCONNECT with reason 0x{(byte)reason:X2}");
}

internal sealed record AuthPacket(ReasonCode Reason)
{
    public Properties Properties { get; init; } = Properties.None;

    public static AuthPacket Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        if (reader.AtEnd)
        {
            return new(ReasonCode.Success);
        }

        var reason = (ReasonCode)reader.ReadByte();
        var properties = reader.AtEnd ? Properties.None : PropertyReader.Read(ref reader, PropertySet.Auth);
        reader.ExpectEnd();
        return reason is ReasonCode.Success or ReasonCode.ContinueAuthentication or ReasonCode.Reauthenticate
            ? new(reason) { Properties = properties }
            : throw ProtocolException.Violation($"AUTH with reason 0x{(byte)reason:X2}");
    }

    public void Write(IBufferWriter<byte> output)
    {
        using var body = new BodyWriter();
        if (Reason != ReasonCode.Success || !ReferenceEquals(Properties, Properties.None))
        {
            body.Byte((byte)Reason);
            PropertyWriter.Write(body, Properties);
        }

        body.SendTo(output, PacketType.Auth);
    }
}
