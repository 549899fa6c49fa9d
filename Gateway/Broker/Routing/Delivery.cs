using System.Runtime.InteropServices;
using Gateway.Broker.Sessions;

namespace Gateway.Broker.Routing;

/// <summary>One receiver of one message: the highest QoS of all its subscriptions that match, and all their identifiers.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Delivery(Session Session, byte Qos, bool RetainAsPublished, int[]? Identifiers, string? Share = null)
{
    public static Delivery Of(Subscription subscription) => new(
        subscription.Session, subscription.Qos, subscription.Request.RetainAsPublished, subscription.Identifier is { } id ? [id] : null,
        subscription.Group is null ? null : subscription.Filter);

    public Delivery With(Subscription other) => this with
    {
        Qos = Math.Max(Qos, other.Qos),
        Identifiers = other.Identifier is { } id ? [.. Identifiers ?? [], id] : Identifiers,
        RetainAsPublished = RetainAsPublished || other.Request.RetainAsPublished,
    };

    /// <summary>Whether it has to be in the store before it may be handed over.</summary>
    public bool IsDurable(Message message) => Session.IsDurable && Qos > 0 && message.Qos > 0;

    public Outgoing ToOutgoing(Message message, long storedId) =>
        new(message, Math.Min(message.Qos, Qos), message.Retain && RetainAsPublished, Identifiers, Share, storedId);

    public OwedRow ToRow(Message message) => new(Session.ClientId, Math.Min(message.Qos, Qos), message.Retain && RetainAsPublished, Identifiers, Share);
}

/// <summary>To whom a message was owed when it was written into the store.</summary>
internal sealed record RoutePlan(List<Delivery> Deliveries, long Version);
