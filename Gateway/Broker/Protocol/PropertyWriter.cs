namespace Gateway.Broker.Protocol;

internal static class PropertyWriter
{
    /// <summary>Length and block.</summary>
    public static void Write(BodyWriter to, Properties properties)
    {
        if (ReferenceEquals(properties, Properties.None))
        {
            to.Byte(0);
            return;
        }

        using var block = new BodyWriter();
        WriteBlock(block, properties);
        to.VariableInteger(block.Written.Length);
        to.Bytes(block.Written);
    }

    /// <summary>What every receiver of a message gets alike, without a length in front: the rest differs by delivery.</summary>
    public static byte[] EncodeForwarded(Properties properties)
    {
        using var block = new BodyWriter();
        WriteForwarded(block, properties);
        return block.Written.ToArray();
    }

    private static void WriteBlock(BodyWriter to, Properties p)
    {
        Number(to, PropertyId.SessionExpiry, p.SessionExpiry);
        Text(to, PropertyId.AssignedClientIdentifier, p.AssignedClientIdentifier);
        Short(to, PropertyId.TopicAliasMaximum, p.TopicAliasMaximum);
        Short(to, PropertyId.ReceiveMaximum, p.ReceiveMaximum);
        Flag(to, PropertyId.MaximumQos, p.MaximumQos);
        Flag(to, PropertyId.RetainAvailable, p.RetainAvailable);
        Number(to, PropertyId.MaximumPacketSize, p.MaximumPacketSize);
        Flag(to, PropertyId.WildcardSubscriptionAvailable, p.WildcardSubscriptionAvailable);
        Flag(to, PropertyId.SubscriptionIdentifierAvailable, p.SubscriptionIdentifierAvailable);
        Flag(to, PropertyId.SharedSubscriptionAvailable, p.SharedSubscriptionAvailable);
        Short(to, PropertyId.ServerKeepAlive, p.ServerKeepAlive);
        Text(to, PropertyId.ResponseInformation, p.ResponseInformation);
        Text(to, PropertyId.ServerReference, p.ServerReference);
        Text(to, PropertyId.AuthenticationMethod, p.AuthenticationMethod);
        Binary(to, PropertyId.AuthenticationData, p.AuthenticationData);
        Flag(to, PropertyId.RequestProblemInformation, p.RequestProblemInformation);
        Flag(to, PropertyId.RequestResponseInformation, p.RequestResponseInformation);
        Number(to, PropertyId.WillDelay, p.WillDelay);
        Text(to, PropertyId.ReasonString, p.ReasonString);
        Number(to, PropertyId.MessageExpiry, p.MessageExpiry);
        Short(to, PropertyId.TopicAlias, p.TopicAlias);
        foreach (var identifier in p.SubscriptionIdentifiers ?? [])
        {
            to.Byte((byte)PropertyId.SubscriptionIdentifier);
            to.VariableInteger(identifier);
        }

        WriteForwarded(to, p);
    }

    private static void WriteForwarded(BodyWriter to, Properties p)
    {
        Flag(to, PropertyId.PayloadFormat, p.PayloadFormat);
        Text(to, PropertyId.ContentType, p.ContentType);
        Text(to, PropertyId.ResponseTopic, p.ResponseTopic);
        Binary(to, PropertyId.CorrelationData, p.CorrelationData);
        foreach (var (name, value) in p.UserProperties ?? [])
        {
            to.Byte((byte)PropertyId.UserProperty);
            to.Text(name);
            to.Text(value);
        }
    }

    private static void Flag(BodyWriter to, PropertyId id, byte? value)
    {
        if (value is { } number)
        {
            to.Byte((byte)id);
            to.Byte(number);
        }
    }

    private static void Short(BodyWriter to, PropertyId id, ushort? value)
    {
        if (value is { } number)
        {
            to.Byte((byte)id);
            to.UInt16(number);
        }
    }

    private static void Number(BodyWriter to, PropertyId id, uint? value)
    {
        if (value is { } number)
        {
            to.Byte((byte)id);
            to.UInt32(number);
        }
    }

    private static void Text(BodyWriter to, PropertyId id, string? value)
    {
        if (value is not null)
        {
            to.Byte((byte)id);
            to.Text(value);
        }
    }

    private static void Binary(BodyWriter to, PropertyId id, byte[]? value)
    {
        if (value is not null)
        {
            to.Byte((byte)id);
            to.Binary(value);
        }
    }
}
