using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Gateway.Broker.Protocol;

namespace Gateway.Broker.Transport;

/// <summary>Writes PUBLISH packets of one connection into its pipe: aliases, expiry and size as this client wants them. The writer's loop only.</summary>
internal sealed class DeliveryWriter(PipeWriter output, ProtocolVersion version, Properties client, Countdown? countdown, TimeProvider time)
{
    private const int RoundBytes = 48 * 1024;

    private readonly uint _maximumPacketSize = client.MaximumPacketSize ?? uint.MaxValue;
    private readonly int _aliasMaximum = client.TopicAliasMaximum ?? 0;
    private Dictionary<string, ushort>? _aliases;
    private int _written;

    public DateTimeOffset Now { get; private set; }

    /// <summary>A round ends after some bytes, so that acknowledgements get their turn.</summary>
    public bool HasRoom => _written < RoundBytes;

    public bool HasWritten => _written > 0;

    public int Written => _written;

    /// <summary>Messages of this round, by QoS.</summary>
    public int[] Messages { get; } = new int[3];

    public void BeginRound()
    {
        _written = 0;
        Messages.AsSpan().Clear();
        Now = time.GetUtcNow();
    }

    /// <summary>False when the packet is larger than the client takes: it is then skipped as if delivered (MQTT-3.1.2-25).</summary>
    public bool TryWrite(Message message, byte qos, bool retain, bool duplicate, ushort packetId, int[]? identifiers)
    {
        var topic = message.Name.Utf8.AsSpan();
        ushort alias = 0;
        var isKnown = version == ProtocolVersion.V500 && _aliasMaximum > 0 && TryAlias(message.Topic, out alias);
        if (isKnown)
        {
            topic = default;
        }

        var seconds = RemainingSeconds(message);
        var payload = countdown is not null && message.ExpiresAt is { } end ? countdown(message.Topic, message.Payload, end - Now) : message.Payload;
        var properties = version == ProtocolVersion.V500 ? PropertySize(message, alias, seconds, identifiers) : -1;
        var length = 2 + topic.Length + (qos > 0 ? 2 : 0) + payload.Length;
        length += properties >= 0 ? properties + VariableByteInteger.Size(properties) : 0;
        var size = 1 + VariableByteInteger.Size(length) + length;
        if (size > _maximumPacketSize || length > VariableByteInteger.Maximum)
        {
            if (alias != 0 && !isKnown)
            {
                _aliases!.Remove(message.Topic);
            }

            return false;
        }

        WriteHead(message, topic, length, properties, size - payload.Length, (qos, retain, duplicate, packetId), (alias, seconds, identifiers));
        output.Write(payload.Span);
        _written += size;
        Messages[qos]++;
        return true;
    }

    public void WriteRelease(ushort packetId)
    {
        new AckPacket(PacketType.PubRel, packetId).Write(output, version);
        _written += AckPacket.MaximumSize;
    }

    private void WriteHead(Message message, ReadOnlySpan<byte> topic, int length, int properties, int headSize,
        (byte Qos, bool Retain, bool Duplicate, ushort PacketId) flags, (ushort Alias, uint? Seconds, int[]? Identifiers) extra)
    {
        var span = output.GetSpan(headSize);
        span[0] = PublishPacket.Header(flags.Qos, flags.Retain, flags.Duplicate);
        var at = 1 + VariableByteInteger.Write(span[1..], length);
        BinaryPrimitives.WriteUInt16BigEndian(span[at..], (ushort)topic.Length);
        topic.CopyTo(span[(at + 2)..]);
        at += 2 + topic.Length;
        if (flags.Qos > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(span[at..], flags.PacketId);
            at += 2;
        }

        if (properties >= 0)
        {
            at += VariableByteInteger.Write(span[at..], properties);
            at += WriteProperties(span[at..], message, extra.Alias, extra.Seconds, extra.Identifiers);
        }

        output.Advance(at);
    }

    private static int PropertySize(Message message, ushort alias, uint? seconds, int[]? identifiers)
    {
        var size = message.Properties.Length + (seconds is null ? 0 : 5) + (alias == 0 ? 0 : 3);
        foreach (var identifier in identifiers ?? [])
        {
            size += 1 + VariableByteInteger.Size(identifier);
        }

        return size;
    }

    private static int WriteProperties(Span<byte> span, Message message, ushort alias, uint? seconds, int[]? identifiers)
    {
        var at = 0;
        if (seconds is { } left)
        {
            span[at] = (byte)PropertyId.MessageExpiry;
            BinaryPrimitives.WriteUInt32BigEndian(span[(at + 1)..], left);
            at += 5;
        }

        if (alias != 0)
        {
            span[at] = (byte)PropertyId.TopicAlias;
            BinaryPrimitives.WriteUInt16BigEndian(span[(at + 1)..], alias);
            at += 3;
        }

        foreach (var identifier in identifiers ?? [])
        {
            span[at++] = (byte)PropertyId.SubscriptionIdentifier;
            at += VariableByteInteger.Write(span[at..], identifier);
        }

        message.Properties.Span.CopyTo(span[at..]);
        return at + message.Properties.Length;
    }

    // MQTT-3.3.2-6: what is left when it is sent; a started second counts as whole
    private uint? RemainingSeconds(Message message) =>
        message.ExpiresAt is { } end ? (uint)Math.Max(0, Math.Ceiling((end - Now).TotalSeconds)) : null;

    /// <summary>True when the client knows the alias already; otherwise it may be a new one to be told, or 0.</summary>
    private bool TryAlias(string topic, out ushort alias)
    {
        _aliases ??= [];
        if (_aliases.TryGetValue(topic, out alias))
        {
            return true;
        }

        if (_aliases.Count < _aliasMaximum)
        {
            alias = (ushort)(_aliases.Count + 1);
            _aliases[topic] = alias;
        }

        return false;
    }
}
