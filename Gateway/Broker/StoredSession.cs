using Gateway.Broker.Protocol;

namespace Gateway.Broker;

/// <summary>A session as the store keeps it.</summary>
/// <param name="ExpirySeconds">How long it outlives its connection; uint.MaxValue is for ever.</param>
/// <param name="ExpiresAt">Null while connected, or for ever.</param>
/// <param name="Will">Owed until a proper DISCONNECT.</param>
/// <param name="WillAt">Null while connected.</param>
/// <param name="SentUpTo">The last stored message that was sent before it left: those behind it go out without DUP. While connected it is all.</param>
internal sealed record SessionRow(
    string ClientId, string Owner, uint ExpirySeconds, DateTimeOffset? ExpiresAt, StoredWill? Will, DateTimeOffset? WillAt, long SentUpTo = long.MaxValue);

/// <param name="ExpirySeconds">The message expiry that the will is published with.</param>
/// <param name="Properties">Encoded; opaque to the store.</param>
/// <param name="Forbidden">The rights of its client refused the topic.</param>
internal sealed record StoredWill(
    string Topic, ReadOnlyMemory<byte> Payload, byte Qos, bool Retain, uint DelaySeconds, uint? ExpirySeconds, ReadOnlyMemory<byte> Properties, bool Forbidden)
{
    internal static StoredWill? From(WillPacket? will, IClientRights rights) => will is null ? null : new(
        will.Topic, will.Payload, will.Qos, will.Retain, will.Properties.WillDelay ?? 0, will.Properties.MessageExpiry,
        ReferenceEquals(will.Properties, Protocol.Properties.None) ? default : PropertyWriter.EncodeForwarded(will.Properties), !rights.MayPublish(will.Topic));
}

/// <param name="Options">The options byte of SUBSCRIBE.</param>
internal sealed record SubscriptionRow(string Filter, byte Options, int? Identifier);

/// <param name="Id">Unique and rising; the order in which it is owed.</param>
internal sealed record StoredMessage(
    long Id, string Topic, ReadOnlyMemory<byte> Payload, byte Qos, bool Retain, DateTimeOffset? ExpiresAt, ReadOnlyMemory<byte> Properties);

/// <summary>One receiver of a stored message.</summary>
/// <param name="Retain">The flag that it is delivered with.</param>
/// <param name="Identifiers">Subscription identifiers, if any.</param>
internal sealed record OwedRow(string ClientId, byte Qos, bool Retain, IReadOnlyList<int>? Identifiers);

/// <param name="IsReceived">See <see cref="IBrokerWrites.MarkReceived"/>.</param>
internal sealed record OwedMessage(StoredMessage Message, byte Qos, bool Retain, IReadOnlyList<int>? Identifiers, bool IsReceived);

/// <summary>Everything of one session, read at start. Owed is ordered by message id.</summary>
internal sealed record StoredSession(
    SessionRow Row, IReadOnlyList<SubscriptionRow> Subscriptions, IReadOnlyList<ushort> Incoming, IReadOnlyList<OwedMessage> Owed);
