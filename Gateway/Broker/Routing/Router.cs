using Gateway.Broker.Sessions;

namespace Gateway.Broker.Routing;

/// <summary>Hands a message to whom it is owed: one copy for each session at the highest QoS granted, one for each share.</summary>
internal sealed class Router(SubscriptionTree tree)
{
    [ThreadStatic]
    private static MatchList? t_matches;

    [ThreadStatic]
    private static List<Delivery>? t_deliveries;

    [ThreadStatic]
    private static Dictionary<Session, int>? t_places;

    /// <summary>A session's queue is over its limit; called when the message has been handed to all.</summary>
    public Action<Session>? Overflowed { get; set; }

    /// <summary>Whether somebody is owed the message even after a restart.</summary>
    public bool OwesDurably(Message message, Session? origin)
    {
        if (message.Qos == 0 || tree.DurableCount == 0)
        {
            return false;
        }

        var deliveries = Borrow();
        Collect(message, origin, deliveries, ShareTurn.Peek);
        foreach (var delivery in deliveries)
        {
            if (delivery.IsDurable(message))
            {
                return true;
            }
        }

        return false;
    }

    public RoutePlan Plan(Message message, Session? origin)
    {
        // read before matching: a change in between is seen as a change afterwards
        var version = tree.Version;
        var deliveries = new List<Delivery>();
        Collect(message, origin, deliveries, ShareTurn.Take);
        return new(deliveries, version);
    }

    /// <summary>
    /// Hands over. What is owed durably but is not in the store yet, because its subscription is newer than the plan, goes into
    /// <paramref name="late"/> instead. Gives the number of receivers; 0 lets an MQTT 5 publisher know that nobody listens.
    /// </summary>
    public int Route(Message message, Session? origin, RoutePlan? plan, long storedId, ref List<Delivery>? late)
    {
        List<Session>? overflowed = null;
        var receivers = 0;
        foreach (var delivery in plan?.Deliveries ?? [])
        {
            receivers++;
            Hand(delivery, message, delivery.IsDurable(message) ? storedId : 0, ref overflowed);
        }

        if (plan is null || plan.Version != tree.Version)
        {
            var deliveries = Borrow();
            Collect(message, origin, deliveries, plan is null ? ShareTurn.Take : ShareTurn.None);
            foreach (var delivery in deliveries)
            {
                if (plan is not null && plan.Deliveries.Exists(d => d.Session == delivery.Session))
                {
                    continue;
                }

                receivers++;
                if (delivery.IsDurable(message))
                {
                    (late ??= []).Add(delivery);
                }
                else
                {
                    Hand(delivery, message, storedId: 0, ref overflowed);
                }
            }
        }

        Report(overflowed);
        return receivers;
    }

    public void Hand(List<Delivery> deliveries, Message message, long storedId)
    {
        List<Session>? overflowed = null;
        foreach (var delivery in deliveries)
        {
            Hand(delivery, message, storedId, ref overflowed);
        }

        Report(overflowed);
    }

    private static void Hand(in Delivery delivery, Message message, long storedId, ref List<Session>? overflowed)
    {
        if (!delivery.Session.Offer(delivery.ToOutgoing(message, storedId)))
        {
            (overflowed ??= []).Add(delivery.Session);
        }
    }

    private static List<Delivery> Borrow()
    {
        var deliveries = t_deliveries ??= [];
        deliveries.Clear();
        return deliveries;
    }

    private static bool IsOwed(Subscription subscription, Message message, Session? origin) =>
        !(subscription.Request.NoLocal && subscription.Session == origin) && subscription.Admits(message.Topic);

    private void Collect(Message message, Session? origin, List<Delivery> to, ShareTurn turn)
    {
        var matches = t_matches ??= new();
        tree.Match(message.Topic, matches);
        var places = matches.Lists.Count > 1 ? t_places ??= [] : null;
        foreach (var subscribers in matches.Lists)
        {
            foreach (var subscription in subscribers)
            {
                if (IsOwed(subscription, message, origin))
                {
                    Merge(subscription, to, places);
                }
            }
        }

        places?.Clear();
        if (turn != ShareTurn.None)
        {
            ChooseMembers(matches, message, to, turn);
        }

        matches.Clear();
    }

    // Within one filter a session appears once: only overlapping filters need the look-up.
    private static void Merge(Subscription subscription, List<Delivery> to, Dictionary<Session, int>? places)
    {
        if (places is null)
        {
            to.Add(Delivery.Of(subscription));
        }
        else if (places.TryGetValue(subscription.Session, out var place))
        {
            to[place] = to[place].With(subscription);
        }
        else
        {
            places[subscription.Session] = to.Count;
            to.Add(Delivery.Of(subscription));
        }
    }

    private static void ChooseMembers(MatchList matches, Message message, List<Delivery> to, ShareTurn turn)
    {
        foreach (var groups in matches.Groups)
        {
            foreach (var group in groups)
            {
                if ((turn == ShareTurn.Take ? group.Next(message.Topic) : group.Peek(message.Topic)) is { } chosen)
                {
                    to.Add(Delivery.Of(chosen));
                }
            }
        }
    }

    private void Report(List<Session>? overflowed)
    {
        foreach (var session in overflowed ?? [])
        {
            Overflowed?.Invoke(session);
        }
    }

    /// <summary>What looking for receivers means to shares: nothing, a look at whose turn it is, or that turn itself.</summary>
    private enum ShareTurn
    {
        None,
        Peek,
        Take,
    }
}
