using Gateway.Broker.Sessions;

namespace Gateway.Broker.Routing;

/// <summary>Hands a message to whom it is owed: one copy for each session at the highest QoS granted, one for each share.</summary>
internal sealed class Router(SubscriptionTree tree)
{
    [ThreadStatic]
    private static MatchList? t_matches;

    [ThreadStatic]
    private static Dictionary<Session, Delivery>? t_merged;

    // Whether somebody's queue is over its limit is told here; called outside every lock.
    public Action<Session>? Overflowed { get; set; }

    /// <summary>How many sessions it was handed to; 0 lets an MQTT 5 publisher know that nobody listens.</summary>
    public int Route(Message message, Session? origin)
    {
        var matches = t_matches ??= new();
        tree.Match(message.Topic, matches);
        var receivers = matches.Lists.Count switch
        {
            0 => 0,
            1 => RouteOne(matches.Lists[0], message, origin),
            _ => RouteMerged(matches.Lists, message, origin),
        };
        foreach (var groups in matches.Groups)
        {
            foreach (var group in groups)
            {
                receivers += RouteShared(group, message, except: null);
            }
        }

        matches.Clear();
        return receivers;
    }

    /// <summary>One member of a share died before it acknowledged: the message goes to another.</summary>
    public int RouteShared(SharedGroup group, Message message, Session? except)
    {
        if (group.Next(message.Topic, except) is not { } chosen)
        {
            return 0;
        }

        Hand(new Delivery(chosen, chosen.Qos, chosen.Identifier is { } id ? [id] : null) { Group = group }, message);
        return 1;
    }

    private int RouteOne(Subscription[] subscribers, Message message, Session? origin)
    {
        var receivers = 0;
        foreach (var subscription in subscribers)
        {
            if (IsOwed(subscription, message, origin))
            {
                receivers++;
                Hand(new(subscription, subscription.Qos, subscription.Identifier is { } id ? [id] : null), message);
            }
        }

        return receivers;
    }

    private int RouteMerged(List<Subscription[]> lists, Message message, Session? origin)
    {
        var merged = t_merged ??= [];
        foreach (var subscribers in lists)
        {
            foreach (var subscription in subscribers)
            {
                if (IsOwed(subscription, message, origin))
                {
                    merged[subscription.Session] = merged.TryGetValue(subscription.Session, out var other)
                        ? other.With(subscription)
                        : new(subscription, subscription.Qos, subscription.Identifier is { } id ? [id] : null);
                }
            }
        }

        foreach (var delivery in merged.Values)
        {
            Hand(delivery, message);
        }

        var receivers = merged.Count;
        merged.Clear();
        return receivers;
    }

    private static bool IsOwed(Subscription subscription, Message message, Session? origin) =>
        !(subscription.Request.NoLocal && subscription.Session == origin) && subscription.Admits(message.Topic);

    private void Hand(in Delivery delivery, Message message)
    {
        var session = delivery.First.Session;
        var outgoing = new Outgoing(message, Math.Min(message.Qos, delivery.Qos), message.Retain && delivery.RetainAsPublished, delivery.Identifiers, delivery.Group);
        if (!session.Offer(outgoing))
        {
            Overflowed?.Invoke(session);
        }
    }

    private readonly record struct Delivery(Subscription First, byte Qos, int[]? Identifiers)
    {
        public bool RetainAsPublished { get; init; } = First.Request.RetainAsPublished;

        public SharedGroup? Group { get; init; }

        public Delivery With(Subscription other) => this with
        {
            Qos = Math.Max(Qos, other.Qos),
            Identifiers = other.Identifier is { } id ? [.. Identifiers ?? [], id] : Identifiers,
            RetainAsPublished = RetainAsPublished || other.Request.RetainAsPublished,
        };
    }
}
