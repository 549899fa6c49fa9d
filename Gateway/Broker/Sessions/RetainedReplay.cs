using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>A cursor over the retained messages that a new subscription matched; each is read when the send window has room for it.</summary>
internal sealed class RetainedReplay(Subscription subscription, List<RetainedSlot> slots)
{
    // owned by the session's lock
    private int _at;

    public byte Qos => subscription.Qos;

    public Message? Next(DateTimeOffset now)
    {
        while (_at < slots.Count)
        {
            if (slots[_at++].Current is { } message && !message.IsExpired(now) && subscription.Admits(message.Topic))
            {
                return message;
            }
        }

        return null;
    }

    public Outgoing Outgoing(Message message) =>
        new(message, Math.Min(message.Qos, subscription.Qos), Retain: true, subscription.Identifier is { } id ? [id] : null);
}
