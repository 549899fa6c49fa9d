using Gateway.Broker.Protocol;
using Gateway.Broker.Routing;
using Gateway.Broker.Transport;

namespace Gateway.Broker.Sessions;

/// <summary>
/// What a client id is owed. Its connection pulls from it: it is paused as caught up, as in-flight full or as socket busy, and woken by a message, an
/// acknowledgement or the flush. A slow client costs its bounded queue and nobody else's time.
/// </summary>
internal sealed class Session(string clientId, IClientRights rights, bool isDurable, MqttOptions options)
{
    private readonly Lock _lock = new();

    // all owned by _lock
    private readonly Queue<Outgoing> _queue = new();
    private readonly InflightWindow _inflight = new();
    private readonly Queue<RetainedReplay> _replays = new();
    private List<long>? _skipped;
    private MqttLink? _link;
    private long _queuedBytes;
    private long _sentUpTo;
    private bool _isEnded;

    // written by the owning connection, read by routing
    private volatile IClientRights _rights = rights;
    private volatile bool _isConnected;

    public string ClientId { get; } = clientId;

    /// <summary>Those of its last connection.</summary>
    public IClientRights Rights => _rights;

    /// <summary>It outlives its connection, and what it is owed outlives the process.</summary>
    public bool IsDurable { get; } = isDurable;

    public bool IsConnected => _isConnected;

    public SubscriptionSet Subscriptions { get; } = new();

    public IncomingIds Incoming { get; } = new();

    /// <summary>Hears of stored messages that are no longer owed though nobody acknowledged them; set once, called outside the lock.</summary>
    public Action<List<long>>? Settled { get; set; }

    public void Attach(MqttLink link, IClientRights current, int window)
    {
        lock (_lock)
        {
            _link = link;
            _inflight.Reopen(Math.Min(window, options.MaxInflight));
        }

        _rights = current;
        _isConnected = true;
    }

    public void Detach(MqttLink link)
    {
        lock (_lock)
        {
            if (_link != link)
            {
                return;
            }

            _link = null;
            _isConnected = false;
            if (!IsDurable)
            {
                _replays.Clear();
            }
        }
    }

    /// <summary>False when it does not fit any more: the session has to be ended. QoS 0 is dropped instead, and not kept for who is away.</summary>
    public bool Offer(in Outgoing outgoing)
    {
        MqttLink? link;
        lock (_lock)
        {
            if (_isEnded)
            {
                return true;
            }

            var isOver = _queue.Count >= options.MaxQueuedMessages || _queuedBytes + outgoing.Message.Size > options.MaxQueuedBytes;
            if (outgoing.Qos == 0 && (isOver || _link is null))
            {
                return true;
            }

            if (isOver)
            {
                return false;
            }

            _queue.Enqueue(outgoing);
            _queuedBytes += outgoing.Message.Size;
            link = _link;
        }

        link?.Wake();
        return true;
    }

    public void Replay(RetainedReplay replay)
    {
        MqttLink? link;
        lock (_lock)
        {
            _replays.Enqueue(replay);
            link = _link;
        }

        link?.Wake();
    }

    /// <summary>Writes what may be sent now; called by the loop of the connection.</summary>
    public void Deliver(MqttLink link, DeliveryWriter writer)
    {
        List<long>? skipped;
        lock (_lock)
        {
            if (_link != link)
            {
                return;
            }

            while (writer.HasRoom && (SendAgain(writer) || SendRetained(writer) || SendQueued(writer)))
            {
            }

            skipped = _skipped;
            _skipped = null;
        }

        if (skipped is not null)
        {
            Settled?.Invoke(skipped);
        }
    }

    /// <summary>Takes PUBACK, PUBREC or PUBCOMP.</summary>
    public Acknowledged Acknowledge(in AckPacket ack)
    {
        MqttLink? link;
        var release = ack.Type == PacketType.PubRec && ack.Reason < ReasonCode.UnspecifiedError;
        long storedId;
        lock (_lock)
        {
            if (!_inflight.TryAcknowledge(ack, out storedId))
            {
                // a PUBREC that we do not know is answered: the client may repeat it after we forgot (4.3.3)
                return new(release);
            }

            link = _link;
        }

        link?.Wake();
        return new(release, storedId);
    }

    /// <summary>The last stored message that was sent.</summary>
    public long SentUpTo => Interlocked.Read(ref _sentUpTo);

    /// <summary>What the store kept of it, before its first connection.</summary>
    public void Restore(StoredSession stored)
    {
        Incoming.Restore(stored.Incoming);
        lock (_lock)
        {
            _sentUpTo = stored.Row.SentUpTo == long.MaxValue ? 0 : stored.Row.SentUpTo;
            foreach (var owed in stored.Owed)
            {
                var outgoing = Outgoing.Restored(owed, owed.Message.Id <= stored.Row.SentUpTo && _queue.Count < options.MaxInflight);
                if (owed.IsReceived)
                {
                    _inflight.Add(outgoing.StoredPacketId, outgoing, isReceived: true);
                }
                else
                {
                    _queue.Enqueue(outgoing);
                    _queuedBytes += outgoing.Message.Size;
                }
            }
        }
    }

    /// <summary>Nothing is owed any more; what came through a share and was not acknowledged is handed back, for another member.</summary>
    public List<Outgoing> End()
    {
        lock (_lock)
        {
            _isEnded = true;
            var shared = _inflight.Undelivered().Concat(_queue).Where(static o => o.Group is not null).ToList();
            _queue.Clear();
            _inflight.Clear();
            _replays.Clear();
            _queuedBytes = 0;
            return shared;
        }
    }

    private bool SendAgain(DeliveryWriter writer)
    {
        if (!_inflight.TryNextAgain(out var packetId, out var entry))
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
            _inflight.Remove(packetId);
            Skip(outgoing);
        }

        return true;
    }

    private bool SendRetained(DeliveryWriter writer)
    {
        while (_replays.TryPeek(out var replay))
        {
            if (replay.Qos > 0 && _inflight.IsFull)
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

    private bool SendQueued(DeliveryWriter writer)
    {
        if (_replays.Count > 0 || !_queue.TryPeek(out var next) || (next.Qos > 0 && !_inflight.HasRoomFor(next)))
        {
            return false;
        }

        _queue.Dequeue();
        _queuedBytes -= next.Message.Size;
        if (next.Message.IsExpired(writer.Now) || (next.IsRestored && !_rights.MayReceive(next.Message.Topic)))
        {
            Skip(next);
        }
        else
        {
            Send(next, writer);
        }

        return true;
    }

    private void Send(in Outgoing outgoing, DeliveryWriter writer)
    {
        if (outgoing.Qos == 0)
        {
            writer.TryWrite(outgoing.Message, 0, outgoing.Retain, duplicate: false, 0, outgoing.Identifiers);
            return;
        }

        var packetId = _inflight.PacketIdFor(outgoing);
        if (writer.TryWrite(outgoing.Message, outgoing.Qos, outgoing.Retain, outgoing.IsRepeated, packetId, outgoing.Identifiers))
        {
            _inflight.Add(packetId, outgoing);
            _sentUpTo = Math.Max(_sentUpTo, outgoing.StoredId);
        }
        else
        {
            Skip(outgoing);
        }
    }

    private void Skip(in Outgoing outgoing)
    {
        if (outgoing.StoredId != 0)
        {
            (_skipped ??= []).Add(outgoing.StoredId);
        }
    }
}
