namespace Gateway.Broker.Protocol;

/// <summary>Reads a property block: each at most once (but user properties), each allowed for its packet, each value in its range.</summary>
internal static class PropertyReader
{
    /// <param name="reader">Before the property length.</param>
    /// <param name="allowed">A <see cref="PropertySet"/>.</param>
    /// <param name="fromServer">Subscription identifiers may repeat in a PUBLISH to a client, and nowhere else.</param>
    /// <param name="misplaced">The answer to a property of another packet; the standard allows 0x81 and 0x82.</param>
    public static Properties Read(ref BodyReader reader, ulong allowed, bool fromServer = false, ReasonCode misplaced = ReasonCode.ProtocolError)
    {
        var length = reader.ReadVariableInteger();
        if (length == 0)
        {
            return Properties.None;
        }

        var block = new BodyReader(reader.ReadBytes(length));
        var properties = new Properties();
        var seen = 0UL;
        while (!block.AtEnd)
        {
            var id = block.ReadVariableInteger();
            var bit = id < 64 ? 1UL << id : 0;
            ReadValue(ref block, (PropertyId)Math.Min(id, 255), properties);
            if ((allowed & bit) == 0)
            {
                throw new ProtocolException(misplaced, $"property 0x{id:X2} does not belong here");
            }

            var repeatable = id == (int)PropertyId.UserProperty || (fromServer && id == (int)PropertyId.SubscriptionIdentifier);
            if ((seen & bit) != 0 && !repeatable)
            {
                throw ProtocolException.Violation($"property 0x{id:X2} appears twice");
            }

            seen |= bit;
        }

        return properties;
    }

    private static void ReadValue(ref BodyReader block, PropertyId id, Properties to)
    {
        switch (id)
        {
            case PropertyId.MessageExpiry: to.MessageExpiry = block.ReadUInt32(); break;
            case PropertyId.SessionExpiry: to.SessionExpiry = block.ReadUInt32(); break;
            case PropertyId.WillDelay: to.WillDelay = block.ReadUInt32(); break;
            case PropertyId.MaximumPacketSize: to.MaximumPacketSize = NotZero(block.ReadUInt32(), id); break;
            case PropertyId.ServerKeepAlive: to.ServerKeepAlive = block.ReadUInt16(); break;
            case PropertyId.ReceiveMaximum: to.ReceiveMaximum = (ushort)NotZero(block.ReadUInt16(), id); break;
            case PropertyId.TopicAliasMaximum: to.TopicAliasMaximum = block.ReadUInt16(); break;
            case PropertyId.TopicAlias: to.TopicAlias = block.ReadUInt16(); break;
            case PropertyId.SubscriptionIdentifier: (to.SubscriptionIdentifiers ??= []).Add(block.ReadVariableInteger()); break;
            case PropertyId.PayloadFormat: to.PayloadFormat = Flag(ref block, id); break;
            case PropertyId.RequestProblemInformation: to.RequestProblemInformation = Flag(ref block, id); break;
            case PropertyId.RequestResponseInformation: to.RequestResponseInformation = Flag(ref block, id); break;
            case PropertyId.MaximumQos: to.MaximumQos = Flag(ref block, id); break;
            case PropertyId.RetainAvailable: to.RetainAvailable = Flag(ref block, id); break;
            case PropertyId.WildcardSubscriptionAvailable: to.WildcardSubscriptionAvailable = Flag(ref block, id); break;
            case PropertyId.SubscriptionIdentifierAvailable: to.SubscriptionIdentifierAvailable = Flag(ref block, id); break;
            case PropertyId.SharedSubscriptionAvailable: to.SharedSubscriptionAvailable = Flag(ref block, id); break;
            default: ReadText(ref block, id, to); break;
        }
    }

    private static void ReadText(ref BodyReader block, PropertyId id, Properties to)
    {
        switch (id)
        {
            case PropertyId.ContentType: to.ContentType = block.ReadText(); break;
            case PropertyId.ResponseTopic: to.ResponseTopic = ResponseTopic(block.ReadName()); break;
            case PropertyId.CorrelationData: to.CorrelationData = block.ReadBinary().ToArray(); break;
            case PropertyId.AssignedClientIdentifier: to.AssignedClientIdentifier = block.ReadText(); break;
            case PropertyId.AuthenticationMethod: to.AuthenticationMethod = block.ReadText(); break;
            case PropertyId.AuthenticationData: to.AuthenticationData = block.ReadBinary().ToArray(); break;
            case PropertyId.ResponseInformation: to.ResponseInformation = block.ReadText(); break;
            case PropertyId.ServerReference: to.ServerReference = block.ReadText(); break;
            case PropertyId.ReasonString: to.ReasonString = block.ReadText(); break;
            case PropertyId.UserProperty: (to.UserProperties ??= []).Add(new(block.ReadText(), block.ReadText())); break;
            default: throw ProtocolException.Malformed($"there is no property 0x{(int)id:X2}");
        }
    }

    private static byte Flag(ref BodyReader block, PropertyId id)
    {
        var value = block.ReadByte();
        return value <= 1 ? value : throw ProtocolException.Violation($"{id} is {value}; it may be 0 or 1");
    }

    private static uint NotZero(uint value, PropertyId id) => value != 0 ? value : throw ProtocolException.Violation($"{id} is 0");

    private static string ResponseTopic(string topic) =>
        TopicRules.IsTopicName(topic) ? topic : throw ProtocolException.Violation("the response topic is empty or has wildcards");
}
