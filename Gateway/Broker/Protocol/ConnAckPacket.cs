using System.Buffers;

namespace Gateway.Broker.Protocol;

internal sealed record ConnAckPacket(bool SessionPresent, ReasonCode Reason)
{
    public Properties Properties { get; init; } = Properties.None;

    public static ConnAckPacket Read(ReadOnlySpan<byte> body, ProtocolVersion version)
    {
        var reader = new BodyReader(body);
        var flags = reader.ReadByte();
        if (flags > 1)
        {
            throw ProtocolException.Malformed($"connect acknowledge flags 0x{flags:X2}");
        }

        var code = reader.ReadByte();
        if (version == ProtocolVersion.V311)
        {
            reader.ExpectEnd();
            return new(flags == 1, FromReturnCode(code));
        }

        var properties = PropertyReader.Read(ref reader, PropertySet.ConnAck, fromServer: true);
        reader.ExpectEnd();
        return new(flags == 1, (ReasonCode)code) { Properties = properties };
    }

    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        using var body = new BodyWriter();
        body.Byte((byte)(SessionPresent ? 1 : 0));
        if (version == ProtocolVersion.V311)
        {
            body.Byte(ToReturnCode(Reason));
        }
        else
        {
            body.Byte((byte)Reason);
            PropertyWriter.Write(body, Properties);
        }

        body.SendTo(output, PacketType.ConnAck);
    }

    private static byte ToReturnCode(ReasonCode reason) => reason switch
    {
        ReasonCode.Success => 0,
        ReasonCode.UnsupportedProtocolVersion => 1,
        ReasonCode.ClientIdentifierNotValid => 2,
        ReasonCode.BadUserNameOrPassword => 4,
        ReasonCode.NotAuthorized or ReasonCode.Banned => 5,
        _ => 3,
    };

    private static ReasonCode FromReturnCode(byte code) => code switch
    {
        0 => ReasonCode.Success,
        1 => ReasonCode.UnsupportedProtocolVersion,
        2 => ReasonCode.ClientIdentifierNotValid,
        3 => ReasonCode.ServerUnavailable,
        4 => ReasonCode.BadUserNameOrPassword,
        5 => ReasonCode.NotAuthorized,
        _ => throw ProtocolException.Malformed($"return code {code}"),
    };
}
