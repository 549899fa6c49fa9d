using System.Buffers;

namespace Gateway.Broker.Protocol;

internal sealed record WillPacket(string Topic, byte[] Payload, byte Qos, bool Retain, Properties Properties);

internal sealed record ConnectPacket(ProtocolVersion Version, string ClientId, bool CleanStart, ushort KeepAlive)
{
    public WillPacket? Will { get; init; }

    public string? UserName { get; init; }

    public byte[]? Password { get; init; }

    public Properties Properties { get; init; } = Properties.None;

    /// <summary>
    /// What is missing or misspelt closes the connection without a word, since the peer may speak something else altogether. What MQTT 5 added is
    /// answered: an unknown version, its properties, and bytes behind a packet that was whole.
    /// </summary>
    public static ConnectPacket Read(ReadOnlySpan<byte> body)
    {
        var reader = new BodyReader(body);
        try
        {
            return Read(ref reader);
        }
        catch (ProtocolException broken) when (broken.Error.Reason == ReasonCode.MalformedPacket && !broken.Data.Contains(nameof(Properties)))
        {
            throw ProtocolException.Silent(broken.Message);
        }
    }

    public void Write(IBufferWriter<byte> output)
    {
        using var body = new BodyWriter();
        body.Text("MQTT");
        body.Byte((byte)Version);
        body.Byte((byte)((CleanStart ? 2 : 0) | (Will is null ? 0 : 4 | (Will.Qos << 3) | (Will.Retain ? 0x20 : 0))
            | (Password is null ? 0 : 0x40) | (UserName is null ? 0 : 0x80)));
        body.UInt16(KeepAlive);
        WriteProperties(body, Properties);
        body.Text(ClientId);
        if (Will is not null)
        {
            WriteProperties(body, Will.Properties);
            body.Text(Will.Topic);
            body.Binary(Will.Payload);
        }

        if (UserName is not null)
        {
            body.Text(UserName);
        }

        if (Password is not null)
        {
            body.Binary(Password);
        }

        body.SendTo(output, PacketType.Connect);
    }

    private static ConnectPacket Read(ref BodyReader reader)
    {
        if (!reader.ReadBinary().SequenceEqual("MQTT"u8))
        {
            throw ProtocolException.Silent("the first packet is a CONNECT of another protocol than MQTT");
        }

        var level = reader.ReadByte();
        if (level is not (4 or 5))
        {
            throw new ProtocolException(ReasonCode.UnsupportedProtocolVersion, $"protocol level {level}");
        }

        var version = (ProtocolVersion)level;
        var flags = reader.ReadByte();
        CheckFlags(flags, version);
        var keepAlive = reader.ReadUInt16();
        var properties = ReadProperties(ref reader, version, PropertySet.Connect);
        if (properties.AuthenticationData is not null && properties.AuthenticationMethod is null)
        {
            throw ProtocolException.Violation("authentication data without a method");
        }

        var clientId = reader.ReadName();
        var packet = new ConnectPacket(version, clientId, (flags & 2) != 0, keepAlive)
        {
            Properties = properties,
            Will = (flags & 4) != 0 ? ReadWill(ref reader, version, flags) : null,
            UserName = (flags & 0x80) != 0 ? reader.ReadName() : null,
            Password = (flags & 0x40) != 0 ? reader.ReadBinary().ToArray() : null,
        };
        return reader.AtEnd ? packet : throw Trailing(version);
    }

    private static void CheckFlags(byte flags, ProtocolVersion version)
    {
        var will = (flags & 4) != 0;
        var qos = (flags >> 3) & 3;
        var passwordAlone = (flags & 0xC0) == 0x40 && version == ProtocolVersion.V311;
        if ((flags & 1) != 0 || qos == 3 || (!will && (flags & 0x38) != 0) || passwordAlone)
        {
            throw ProtocolException.Silent($"connect flags 0x{flags:X2}");
        }
    }

    private static WillPacket ReadWill(ref BodyReader reader, ProtocolVersion version, byte flags)
    {
        var properties = ReadProperties(ref reader, version, PropertySet.Will);
        var topic = reader.ReadName();
        if (!TopicRules.IsTopicName(topic.AsSpan()))
        {
            throw ProtocolException.Silent("the will topic is empty or has wildcards");
        }

        return new(topic, reader.ReadBinary().ToArray(), (byte)((flags >> 3) & 3), (flags & 0x20) != 0, properties);
    }

    private static Properties ReadProperties(ref BodyReader reader, ProtocolVersion version, ulong allowed)
    {
        if (version == ProtocolVersion.V311)
        {
            return Properties.None;
        }

        try
        {
            return PropertyReader.Read(ref reader, allowed);
        }
        catch (ProtocolException broken)
        {
            broken.Data[nameof(Properties)] = true;
            throw;
        }
    }

    private static ProtocolException Trailing(ProtocolVersion version)
    {
        var trailing = ProtocolException.Malformed("bytes behind the end of CONNECT");
        if (version == ProtocolVersion.V500)
        {
            trailing.Data[nameof(Properties)] = true;
        }

        return trailing;
    }

    private void WriteProperties(BodyWriter body, Properties properties)
    {
        if (Version == ProtocolVersion.V500)
        {
            PropertyWriter.Write(body, properties);
        }
    }
}
