using Gateway.Broker.Transport;

namespace Gateway.Broker.Sessions;

/// <summary>What goes out to one session, in this order: what is sent again, retained messages, what is queued. Owned by the session's lock.</summary>
internal sealed class Outbox(MqttOptions options, BrokerCounts counts)
{
    private readonly Queue<RetainedReplay> _replays = new();
    private readonly Queue<RetainedReplay> _storedReplays = new();
    private List<long>? _skipped;
    private bool _isReplaying;

    public SendQueue Queue { get; } = new(options);

    public InflightWindow Inflight { get; } = new(options.MaxQueuedBytes);

    public long SentUpTo { get; private set; }

    /// <summary>Retained messages wait to be handed over, and there is room for them.</summary>
    public bool WantsReplay => _storedReplays.Count > 0 && !_isReplaying && Queue.IsLow;

    public void Reopen(int window) => Inflight.Reopen(window);

    public void Close(bool isDurable)
    {
        if (isDurable)
        {
            counts.Dropped(DropCause.Away, Queue.Rewind());
        }
        else
        {
            _replays.Clear();
        }
    }

    public void Add(RetainedReplay replay) => (replay.IsStored ? _storedReplays : _replays).Enqueue(replay);

    public RetainedReplay? BeginReplay()
    {
        while (WantsReplay && _storedReplays.TryPeek(out var replay))
        {
            if (replay.IsWanted)
            {
                _isReplaying = true;
                return replay;
            }

            _storedReplays.Dequeue();
        }

        return null;
    }

    public void EndReplay(bool isFinished)
    {
        _isReplaying = false;
        if (isFinished)
        {
            _storedReplays.TryDequeue(out _);
        }
    }

    public void Restore(StoredSession stored)
    {
        Queue.Restore(stored);
        SentUpTo = Queue.MaybeSentUpTo;
        foreach (var owed in stored.Received)
        {
            var outgoing = Outgoing.Restored(owed, isRepeated: true);
            Inflight.Add(outgoing.StoredPacketId, outgoing, isReceived: true);
        }
    }

    public List<Outgoing> End()
    {
        var left = Inflight.Undelivered().Where(static o => o.Qos < 2).Concat(Queue.End()).Where(static o => o is { Share: not null, StoredId: 0 }).ToList();
        Inflight.Clear();
        _replays.Clear();
        _storedReplays.Clear();
        return left;
    }

    /// <summary>Stored messages that are no longer owed though nobody acknowledged them.</summary>
    public List<long>? TakeSkipped()
    {
        var skipped = _skipped;
        _skipped = null;
        return skipped;
    }

    public void Send(DeliveryWriter writer, IClientRights rights)
    {
        while (writer.HasRoom && (SendAgain(writer) || SendRetained(writer) || SendQueued(writer, rights)))
        {
        }
    }

    private bool SendAgain(DeliveryWriter writer)
    {
        if (!Inflight.TryNextAgain(out var packetId, out var entry))
        {
            return false;
        }

        var outgoing = entry.Outgoing;
        if (entry.IsReceived)
        {
            writer.WriteRelease(packetId);
        }
        else if (!writer.TryWrite(outgoing.Message, outgoing.Qos, outgoing.Retain, duplicate: true, packetId, outgoing.Identifiers))
        {
            Inflight.Remove(packetId);
            Skip(outgoing, DropCause.TooLarge);
        }

        return true;
    }

    private bool SendRetained(DeliveryWriter writer)
    {
        while (_replays.TryPeek(out var replay))
        {
            if (replay.Qos > 0 && Inflight.IsFull)
            {
                return false;
            }

            if (replay.Next(writer.Now) is { } message)
            {
                Send(replay.Outgoing(message), writer);
                return true;
            }

            _replays.Dequeue();
        }

        return false;
    }

    // MQTT-4.3.3-7: what may have been sent before does not expire any more
    private bool SendQueued(DeliveryWriter writer, IClientRights rights)
    {
        if (_replays.Count > 0 || !Queue.TryPeek(out var next) || (next.Qos > 0 && !Inflight.HasRoomFor(next)))
        {
            return false;
        }

        Queue.Dequeue();
        if (!next.IsRepeated && next.Message.IsExpired(writer.Now))
        {
            Skip(next, DropCause.Expired);
        }
        else if (next.IsRestored && !rights.MayReceive(next.Message.Topic))
        {
            Skip(next, DropCause.Forbidden);
        }
        else
        {
            Send(next, writer);
        }

        return true;
    }

    private void Send(in Outgoing outgoing, DeliveryWriter writer)
    {
        var packetId = outgoing.Qos == 0 ? (ushort)0 : Inflight.PacketIdFor(outgoing);
        if (!writer.TryWrite(outgoing.Message, outgoing.Qos, outgoing.Retain, outgoing.IsRepeated, packetId, outgoing.Identifiers))
        {
            Skip(outgoing, DropCause.TooLarge);
        }
        else if (outgoing.Qos > 0)
        {
            Inflight.Add(packetId, outgoing);
            SentUpTo = Math.Max(SentUpTo, outgoing.StoredId);
        }
    }

    private void Skip(in Outgoing outgoing, DropCause cause)
    {
        counts.Dropped(cause);
        if (outgoing.StoredId != 0)
        {
            (_skipped ??= []).Add(outgoing.StoredId);
        }
    }
}
