using System.Buffers;

namespace Gateway.Broker.Protocol;

internal enum RetainHandling : byte
{
    Send = 0,
    SendWhenNew = 1,
    DoNotSend = 2,
}

/// <summary>One topic filter of a SUBSCRIBE with its options.</summary>
internal readonly record struct SubscriptionRequest(
    string Filter, byte Qos, bool NoLocal = false, bool RetainAsPublished = false, RetainHandling RetainHandling = default)
{
    public byte Options => (byte)(Qos | (NoLocal ? 4 : 0) | (RetainAsPublished ? 8 : 0) | ((int)RetainHandling << 4));

    public static SubscriptionRequest FromOptions(string filter, byte options) =>
        new(filter, (byte)(options & 3), (options & 4) != 0, (options & 8) != 0, (RetainHandling)((options >> 4) & 3));
}

internal sealed record SubscribePacket(ushort PacketId, IReadOnlyList<SubscriptionRequest> Requests, int? Identifier = null)
{
    public static SubscribePacket Read(ReadOnlySpan<byte> body, ProtocolVersion version)
    {
        var reader = new BodyReader(body);
        var packetId = ReadPacketId(ref reader);
        int? identifier = null;
        if (version == ProtocolVersion.V500)
        {
            identifier = ReadIdentifier(ref reader);
        }

        var requests = new List<SubscriptionRequest>(1);
        do
        {
            requests.Add(ReadRequest(ref reader, version));
        }
        while (!reader.AtEnd);
        return new(packetId, requests, identifier);
    }

    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        using var body = new BodyWriter();
        body.UInt16(PacketId);
        if (version == ProtocolVersion.V500)
        {
            PropertyWriter.Write(body, Identifier is { } number ? new() { SubscriptionIdentifiers = [number] } : Properties.None);
        }

        foreach (var request in Requests)
        {
            body.Text(request.Filter);
            body.Byte(version == ProtocolVersion.V500 ? request.Options : request.Qos);
        }

        body.SendTo(output, PacketType.Subscribe, flags: 2);
    }

    internal static ushort ReadPacketId(ref BodyReader reader)
    {
        var packetId = reader.ReadUInt16();
        return packetId != 0 ? packetId : throw ProtocolException.Malformed("packet id 0");
    }

    internal static string ReadFilter(ref BodyReader reader)
    {
        var filter = reader.ReadName();
        if (!TopicRules.TrySplitShare(filter, out _, out var topicFilter))
        {
            throw ProtocolException.Violation("a shared subscription lacks its name or its filter");
        }

        return TopicRules.IsFilter(topicFilter) ? filter : throw ProtocolException.Malformed("a topic filter is empty or has a misplaced wildcard");
    }

    private static int? ReadIdentifier(ref BodyReader reader)
    {
        var properties = PropertyReader.Read(ref reader, PropertySet.Subscribe, misplaced: ReasonCode.MalformedPacket);
        return properties.SubscriptionIdentifiers is not { } given ? null
            : given[0] > 0 ? given[0]
            : throw ProtocolException.Malformed("the subscription identifier is 0");
    }

    private static SubscriptionRequest ReadRequest(ref BodyReader reader, ProtocolVersion version)
    {
        var filter = ReadFilter(ref reader);
        var options = reader.ReadByte();
        var reserved = version == ProtocolVersion.V500 ? 0xC0 : 0xFC;
        if ((options & reserved) != 0 || (options & 3) == 3 || (options & 0x30) == 0x30)
        {
            throw ProtocolException.Malformed($"subscription options 0x{options:X2}");
        }

        var request = SubscriptionRequest.FromOptions(filter, options);

        // MQTT-3.8.3-4
        return request.NoLocal && filter.StartsWith(TopicRules.SharePrefix, StringComparison.Ordinal)
            ? throw ProtocolException.Violation("no-local on a shared subscription")
            : request;
    }
}

internal sealed record UnsubscribePacket(ushort PacketId, IReadOnlyList<string> Filters)
{
    public static UnsubscribePacket Read(ReadOnlySpan<byte> body, ProtocolVersion version)
    {
        var reader = new BodyReader(body);
        var packetId = SubscribePacket.ReadPacketId(ref reader);
        if (version == ProtocolVersion.V500)
        {
            PropertyReader.Read(ref reader, PropertySet.Unsubscribe, misplaced: ReasonCode.MalformedPacket);
        }

        var filters = new List<string>(1);
        do
        {
            filters.Add(SubscribePacket.ReadFilter(ref reader));
        }
        while (!reader.AtEnd);
        return new(packetId, filters);
    }

    public void Write(IBufferWriter<byte> output, ProtocolVersion version)
    {
        using var body = new BodyWriter();
        body.UInt16(PacketId);
        if (version == ProtocolVersion.V500)
        {
            body.Byte(0);
        }

        foreach (var filter in Filters)
        {
            body.Text(filter);
        }

        body.SendTo(output, PacketType.Unsubscribe, flags: 2);
    }
}
