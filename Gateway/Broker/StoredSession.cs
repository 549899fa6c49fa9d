using System.Runtime.InteropServices;
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
/// <param name="Replayed">The last topic whose retained message it has been handed: empty is none yet, null is all of them.</param>
internal sealed record SubscriptionRow(string Filter, byte Options, int? Identifier, string? Replayed = null);

/// <param name="Id">Unique and rising; the order in which it is owed.</param>
internal sealed record StoredMessage(
    long Id, string Topic, ReadOnlyMemory<byte> Payload, byte Qos, bool Retain, DateTimeOffset? ExpiresAt, ReadOnlyMemory<byte> Properties);

/// <summary>One receiver of a stored message.</summary>
/// <param name="Retain">The flag that it is delivered with.</param>
/// <param name="Identifiers">Subscription identifiers, if any.</param>
/// <param name="Share">The shared subscription that it came through, if any.</param>
internal sealed record OwedRow(string ClientId, byte Qos, bool Retain, IReadOnlyList<int>? Identifiers, string? Share = null);

/// <param name="IsReceived">See <see cref="IBrokerWrites.MarkReceived"/>.</param>
internal sealed record OwedMessage(StoredMessage Message, byte Qos, bool Retain, IReadOnlyList<int>? Identifiers, bool IsReceived, string? Share = null);

/// <param name="IsEnd">Nothing more is owed up to what was asked for.</param>
internal sealed record OwedPage(IReadOnlyList<OwedMessage> Messages, bool IsEnd);

/// <summary>How much a session is owed and has not received.</summary>
/// <param name="Bytes">Of topics, payloads and properties.</param>
/// <param name="LastId">The newest message of it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BacklogSize(int Messages, long Bytes, long LastId);

/// <summary>Everything of one session that is read at start: its backlog stays in the store until its client is here.</summary>
/// <param name="Received">QoS 2 messages that the client has, and whose PUBREL is owed; ordered by message id.</param>
internal sealed record StoredSession(
    SessionRow Row, IReadOnlyList<SubscriptionRow> Subscriptions, IReadOnlyList<ushort> Incoming, IReadOnlyList<OwedMessage> Received, BacklogSize Backlog);
