using System.Buffers;
using Gateway.Broker.Protocol;
using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>SUBSCRIBE and UNSUBSCRIBE: rights, the tree, the answer, and the retained messages after it.</summary>
internal sealed class SubscribePath(
    MqttOptions options, SubscriptionTree tree, RetainedTree retained, ListenerSet listeners, SessionStore sessions, ILogger log)
{
    /// <summary>Done when answered; the next packet of this client is read then, so that its listeners hear in order.</summary>
    public Task SubscribeAsync(ClientConnection client, SubscribePacket packet)
    {
        var reasons = new ReasonCode[packet.Requests.Count];
        var granted = new List<Subscription>(reasons.Length);
        var replays = new List<RetainedReplay>();
        for (var i = 0; i < reasons.Length; i++)
        {
            reasons[i] = Grant(client, packet.Requests[i], packet.Identifier, granted, replays);
        }

        var answer = new SubAckPacket(PacketType.SubAck, packet.PacketId, reasons);
        var promised = replays.Where(static r => r.IsStored).Select(static r => r.Filter).ToHashSet();
        if (client.Session!.IsDurable && granted.Count > 0)
        {
            return CommitAsync();
        }

        Confirm(client, answer, granted, replays);
        return Task.CompletedTask;

        async Task CommitAsync()
        {
            await sessions.CommitAsync(writes => granted.ForEach(
                s => writes.PutSubscription(client.ClientId, s.ToRow(replayed: promised.Contains(s.Filter) ? "" : null))));
            Confirm(client, answer, granted, replays);
        }
    }

    public Task UnsubscribeAsync(ClientConnection client, UnsubscribePacket packet)
    {
        var reasons = new ReasonCode[packet.Filters.Count];
        var gone = new List<string>(reasons.Length);
        for (var i = 0; i < reasons.Length; i++)
        {
            var taken = client.Session!.Subscriptions.Take(packet.Filters[i]);
            reasons[i] = taken is null ? ReasonCode.NoSubscriptionExisted : ReasonCode.Success;
            if (taken is not null)
            {
                tree.Remove(taken);
                gone.Add(taken.Filter);
            }
        }

        var answer = new SubAckPacket(PacketType.UnsubAck, packet.PacketId, reasons);
        if (client.Session!.IsDurable && gone.Count > 0)
        {
            return CommitAsync();
        }

        Answer(client, answer);
        return Task.CompletedTask;

        async Task CommitAsync()
        {
            await sessions.CommitAsync(writes => gone.ForEach(filter => writes.RemoveSubscription(client.ClientId, filter)));
            Answer(client, answer);
        }
    }

    private void Confirm(ClientConnection client, SubAckPacket answer, List<Subscription> granted, List<RetainedReplay> replays)
    {
        Answer(client, answer);
        foreach (var replay in replays)
        {
            client.Session!.Replay(replay);
        }

        foreach (var subscription in granted)
        {
            listeners.Subscribed(client, subscription.Filter);
        }
    }

    private static void Answer(ClientConnection client, SubAckPacket packet)
    {
        var bytes = new ArrayBufferWriter<byte>(8 + packet.Reasons.Count);
        packet.Write(bytes, client.Version);
        if (bytes.WrittenCount > client.MaximumPacketSize)
        {
            // MQTT-3.1.2-24
            client.Close(ReasonCode.PacketTooLarge, "the client takes no packet of the size of its answer");
            return;
        }

        client.Link.Lane.Send(bytes.WrittenSpan);
    }

    private ReasonCode Grant(ClientConnection client, in SubscriptionRequest request, int? identifier, List<Subscription> granted, List<RetainedReplay> replays)
    {
        var session = client.Session!;
        var subscription = new Subscription(session, request, request.Qos, identifier);
        if (!client.Rights.MaySubscribe(request.Filter))
        {
            BrokerLog.SubscribeDenied(log, client.ClientId, request.Filter);
            return ReasonCode.NotAuthorized;
        }

        if (TopicRules.Levels(subscription.TopicFilter) > options.MaxTopicLevels)
        {
            return ReasonCode.TopicFilterInvalid;
        }

        if (session.Subscriptions.Count >= options.MaxSubscriptions && !session.Subscriptions.Contains(request.Filter))
        {
            return ReasonCode.QuotaExceeded;
        }

        var before = session.Subscriptions.Put(subscription);
        tree.Add(subscription);
        if (session.Subscriptions.IsClosed)
        {
            tree.Remove(subscription);
            return ReasonCode.UnspecifiedError;
        }

        // MQTT-4.8: a share gets no retained messages
        var wantsRetained = request.RetainHandling == RetainHandling.Send || (request.RetainHandling == RetainHandling.SendWhenNew && before is null);
        if (wantsRetained && subscription.Group is null && retained.Find(subscription.TopicFilter, subscription.HasWildcard) is { Count: > 0 } slots)
        {
            replays.Add(new(subscription, slots));
        }

        granted.Add(subscription);

        return (ReasonCode)request.Qos;
    }
}
