using System.Text;
using Gateway.Broker.Protocol;

namespace Gateway.Broker;

/// <summary>One published message. Immutable: however many receive it, there is one copy of topic and payload.</summary>
internal sealed class Message
{
    internal const int Overhead = 64;

    /// <summary>Stands where only the place of a message is still needed.</summary>
    internal static readonly Message None = new(TopicName.Of(""), default, 0, retain: false);

    public Message(TopicName topic, ReadOnlyMemory<byte> payload, byte qos, bool retain)
    {
        Name = topic;
        Payload = payload;
        Qos = qos;
        Retain = retain;
    }

    public string Topic => Name.Text;

    public ReadOnlyMemory<byte> Payload { get; }

    public byte Qos { get; }

    public bool Retain { get; }

    /// <summary>The forwarded properties (content type, response topic, correlation data, user properties, payload format), encoded as on the wire.</summary>
    public ReadOnlyMemory<byte> Properties { get; init; }

    /// <summary>Null is never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    internal TopicName Name { get; }

    /// <summary>What it counts against the byte limits.</summary>
    internal int Size => Overhead + Name.Utf8.Length + Payload.Length + Properties.Length;

    public static Message FromRetained(string topic, RetainedMessage kept) =>
        new(TopicName.Of(topic), kept.Payload, kept.Qos, retain: true) { Properties = kept.Properties, ExpiresAt = kept.ExpiresAt };

    public StoredMessage ToStored(long id) => new(id, Topic, Payload, Qos, Retain, ExpiresAt, Properties);

    /// <summary>For topics where only what happens now counts.</summary>
    public Message WithoutRetain() => new(Name, Payload, Qos, retain: false) { Properties = Properties, ExpiresAt = ExpiresAt };

    public RetainedMessage ToRetained() => new(Payload, Qos, ExpiresAt, Properties);

    public bool IsExpired(DateTimeOffset now) => ExpiresAt is { } end && end <= now;

    internal static DateTimeOffset? ExpiryOf(Properties properties, DateTimeOffset now) =>
        properties.MessageExpiry is { } seconds ? now + TimeSpan.FromSeconds(seconds) : null;
}

/// <summary>What the store keeps of a retained message; the topic is its key.</summary>
/// <param name="Properties">Encoded; opaque to the store.</param>
internal sealed record RetainedMessage(ReadOnlyMemory<byte> Payload, byte Qos, DateTimeOffset? ExpiresAt, ReadOnlyMemory<byte> Properties);

/// <summary>A topic as text and as it goes on the wire; publishers reuse theirs.</summary>
internal sealed class TopicName(string text, byte[] utf8)
{
    public string Text { get; } = text;

    public byte[] Utf8 { get; } = utf8;

    public static TopicName Of(string text) => new(text, Encoding.UTF8.GetBytes(text));
}
