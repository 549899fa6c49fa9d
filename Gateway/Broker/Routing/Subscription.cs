using Gateway.Broker.Protocol;
using Gateway.Broker.Sessions;

namespace Gateway.Broker.Routing;

/// <summary>One granted subscription of a session; replaced as a whole by a SUBSCRIBE to the same filter.</summary>
internal sealed class Subscription
{
    public Subscription(Session session, SubscriptionRequest request, byte qos, int? identifier)
    {
        Session = session;
        Request = request;
        Qos = qos;
        IsDurable = session.IsDurable;
        Identifier = identifier;
        TopicRules.TrySplitShare(request.Filter, out var group, out var topicFilter);
        Group = group;
        TopicFilter = topicFilter;
        HasWildcard = TopicRules.HasWildcard(topicFilter);
    }

    public Session Session { get; }

    public SubscriptionRequest Request { get; }

    public string Filter => Request.Filter;

    /// <summary>The filter without its share.</summary>
    public string TopicFilter { get; }

    /// <summary>The share's name; null is a subscription of its own.</summary>
    public string? Group { get; }

    public byte Qos { get; }

    public bool IsDurable { get; }

    public SubscriptionRow ToRow(string? replayed) => new(Filter, Request.Options, Identifier, replayed);

    public int? Identifier { get; }

    /// <summary>A filter without wildcards was checked when granted; a wider one may cover topics that are denied.</summary>
    public bool HasWildcard { get; }

    public bool Admits(string topic) => !HasWildcard || Session.Rights.MayReceive(topic);
}
