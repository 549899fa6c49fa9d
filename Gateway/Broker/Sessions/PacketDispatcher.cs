using System.Buffers;
using Gateway.Broker.Protocol;

namespace Gateway.Broker.Sessions;

/// <summary>What each packet of one connected client leads to. Owned by its read loop.</summary>
internal sealed class PacketDispatcher(ClientConnection client, BrokerWorks works)
{
    private readonly TopicCache _topics = new();
    private readonly PublishPace? _pace = PublishPace.For(works.Limits, works.Counts, works.Time);
    private TopicName?[]? _aliases;
    private Task _busy = Task.CompletedTask;

    public int PacketBound => works.Options.PacketBound;

    /// <summary>A publisher that floods is slowed: its next packet is read when earlier ones have left the gate.</summary>
    public bool MustWait => IsFull || !_busy.IsCompletedSuccessfully || _pace is { MustPause: true };

    private bool IsFull => client.Link.Lane.IsFull || client.Lane.Pending >= works.Options.MaxInflight;

    private Session Session => client.Session!;

    /// <summary>Until the next packet may be read, or the connection is closing.</summary>
    public async ValueTask WaitAsync()
    {
        // what we do not read is no silence of the client's
        client.Link.IsHeld = true;
        await _busy;
        while (IsFull && !client.Link.IsClosing)
        {
            await client.Link.Lane.WaitForRoomAsync();
        }

        while (_pace is { MustPause: true } && !client.Link.IsClosing)
        {
            await _pace.PauseAsync();
        }

        client.Link.IsHeld = false;
    }

    /// <summary>False after DISCONNECT.</summary>
    public bool Handle(in Frame frame)
    {
        FrameRules.CheckFromClient(frame);
        if (frame.Body.IsSingleSegment)
        {
            return Handle(frame, frame.Body.FirstSpan);
        }

        var length = (int)frame.Body.Length;
        var whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            frame.Body.CopyTo(whole);
            return Handle(frame, whole.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private bool Handle(in Frame frame, ReadOnlySpan<byte> body)
    {
        switch (frame.Type)
        {
            case PacketType.Publish:
                Publish(PublishPacket.Read(body, frame.Flags, client.Version));
                return true;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubComp:
                Acknowledge(AckPacket.Read(body, frame.Type, client.Version));
                return true;
            case PacketType.PubRel:
                Release(AckPacket.Read(body, frame.Type, client.Version));
                return true;
            case PacketType.Subscribe:
                _busy = works.Subscribe.SubscribeAsync(client, SubscribePacket.Read(body, client.Version));
                return true;
            case PacketType.Unsubscribe:
                _busy = works.Subscribe.UnsubscribeAsync(client, UnsubscribePacket.Read(body, client.Version));
                return true;
            case PacketType.PingReq:
                client.Link.Lane.Send([(byte)PacketType.PingResp << 4, 0]);
                return true;
            default:
                Disconnect(DisconnectPacket.Read(body, client.Version));
                return false;
        }
    }

    private void Publish(in PublishPacket packet)
    {
        works.Counts.ReceivedPublish(packet.Qos);
        _pace?.Published(packet.Payload.Length);
        CheckLimits(packet);
        var topic = ResolveTopic(packet);
        var message = new Message(topic, packet.Payload.ToArray(), packet.Qos, packet.Retain)
        {
            Properties = packet.Properties is { } properties ? PropertyWriter.EncodeForwarded(properties) : default,
            ExpiresAt = packet.Properties?.MessageExpiry is { } seconds ? works.Time.GetUtcNow().AddSeconds(seconds) : null,
        };
        if (works.Publish.IsBeyondRetained(message, works.Options.MaxRetained))
        {
            // 3.1.1 has no negative acknowledgement: only a closed connection tells both that the message is not kept
            throw new ProtocolException(ReasonCode.QuotaExceeded, "as many topics as Mqtt:MaxRetained allows have a retained message");
        }

        if (packet.Qos == 0)
        {
            works.Publish.Submit(message, client, PublishUnit.NoSeat, 0);
            return;
        }

        var seat = client.Link.Lane.TakeSeat(packet.Qos == 1 ? PacketType.PubAck : PacketType.PubRec, packet.PacketId);
        if (packet.Qos == 2 && !Session.Incoming.Add(packet.PacketId))
        {
            // sent again because our PUBREC was lost: answered, not published again
            client.Link.Lane.Complete(seat, ReasonCode.Success);
            return;
        }

        works.Publish.Submit(message, client, seat, packet.PacketId);
    }

    private void CheckLimits(in PublishPacket packet)
    {
        if (packet.Qos > (works.Options.MaxQos ?? 2))
        {
            throw new ProtocolException(ReasonCode.QosNotSupported, $"QoS {packet.Qos}");
        }

        if (packet.Retain && works.Options.RetainAvailable == false)
        {
            throw new ProtocolException(ReasonCode.RetainNotSupported, "a retained message");
        }

        // without an announced maximum the read loop waits instead, see ControlLane.IsFull
        if (packet.Qos > 0 && works.Options.ReceiveMaximum is { } maximum && client.Version == ProtocolVersion.V500
            && client.Link.Lane.OwedPubAcks + Session.Incoming.Count >= maximum && !(packet.Qos == 2 && Session.Incoming.Contains(packet.PacketId)))
        {
            throw new ProtocolException(ReasonCode.ReceiveMaximumExceeded, $"more than {maximum} messages in flight");
        }
    }

    private TopicName ResolveTopic(in PublishPacket packet)
    {
        if (packet.Properties?.TopicAlias is not { } alias)
        {
            return Checked(_topics.Get(packet.Topic));
        }

        var maximum = works.Options.TopicAliasMaximum ?? 0;
        if (alias == 0 || alias > maximum)
        {
            throw new ProtocolException(ReasonCode.TopicAliasInvalid, $"topic alias {alias} of at most {maximum}");
        }

        _aliases ??= new TopicName?[maximum + 1];
        if (!packet.Topic.IsEmpty)
        {
            _aliases[alias] = Checked(_topics.Get(packet.Topic));
        }

        return _aliases[alias] ?? throw ProtocolException.Violation($"topic alias {alias} stands for nothing");
    }

    private TopicName Checked(TopicName topic)
    {
        var maximum = works.Options.MaxTopicLevels;
        return topic.Utf8.Length <= maximum || TopicRules.Levels(topic.Text) <= maximum
            ? topic
            : throw new ProtocolException(ReasonCode.TopicNameInvalid, $"a topic with more than {maximum} levels");
    }

    private void Acknowledge(in AckPacket ack)
    {
        var done = Session.Acknowledge(ack);
        if (done is { Release: true, StoredId: not 0 })
        {
            // once PUBREL is out the message must never be sent again (MQTT-4.3.3-6), not even after a restart
            var release = new AckPacket(PacketType.PubRel, ack.PacketId);
            works.SessionStore.Commit(client, writes => writes.MarkReceived(client.ClientId, done.StoredId), () => client.Link.Lane.Send(release));
        }
        else if (done.Release)
        {
            client.Link.Lane.Send(new AckPacket(PacketType.PubRel, ack.PacketId));
        }
        else if (done.StoredId != 0)
        {
            works.SessionStore.Settle(client.ClientId, done.StoredId);
        }
    }

    private void Release(in AckPacket ack)
    {
        var seat = client.Link.Lane.TakeSeat(PacketType.PubComp, ack.PacketId);
        if (Session.Incoming.Remove(ack.PacketId) && Session.IsDurable)
        {
            var packetId = ack.PacketId;
            works.SessionStore.Commit(
                client, writes => writes.RemoveIncoming(client.ClientId, packetId), () => client.Link.Lane.Complete(seat, ReasonCode.Success));
        }
        else
        {
            client.Link.Lane.Complete(seat, ReasonCode.Success);
        }
    }

    private void Disconnect(DisconnectPacket packet)
    {
        if (packet.Properties.SessionExpiry is { } expiry)
        {
            // MQTT-3.14.2-2: what was zero stays zero
            if (client.SessionExpiry == 0 && expiry != 0)
            {
                throw ProtocolException.Violation("DISCONNECT gives a session expiry to a session that had none");
            }

            client.SessionExpiry = expiry;
        }

        if (packet.Reason == ReasonCode.Success)
        {
            client.Will = null;
        }

        client.Link.Close(new(packet.Reason, packet.Reason == ReasonCode.Success ? "the client said goodbye" : "the client said goodbye and left its will"));
    }
}
