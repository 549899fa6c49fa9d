using Gateway.Broker.Protocol;
using Gateway.Broker.Transport;

namespace Gateway.Broker.Sessions;

/// <summary>
/// What a client id is owed. Its connection pulls from it: it is paused as caught up, as in-flight full or as socket busy, and woken by a message, an
/// acknowledgement or the flush. A slow client costs its bounded queue and nobody else's time.
/// </summary>
internal sealed class Session(string clientId, IClientRights rights, bool isDurable, SessionHome home)
{
    private readonly Lock _lock = new();

    // all owned by _lock
    private readonly Outbox _outbox = new(home.Options, home.Counts);
    private MqttLink? _link;
    private bool _isFed;
    private bool _isOverloaded;

    // written under _lock, read without
    private volatile bool _isEnded;

    // written by the owning connection, read by routing
    private volatile IClientRights _rights = rights;
    private volatile bool _isConnected;

    public string ClientId { get; } = clientId;

    /// <summary>Those of its last connection.</summary>
    public IClientRights Rights => _rights;

    /// <summary>It outlives its connection, and what it is owed outlives the process.</summary>
    public bool IsDurable { get; } = isDurable;

    public bool IsConnected => _isConnected;

    /// <summary>Nothing may be kept for it any more.</summary>
    public bool IsEnded => _isEnded;

    public SubscriptionSet Subscriptions { get; } = new();

    public IncomingIds Incoming { get; } = new();

    /// <summary>The last stored message that was sent.</summary>
    public long SentUpTo => Locked(static o => o.SentUpTo);

    /// <summary>Messages and bytes that wait, in memory or in the store.</summary>
    public (int Messages, long Bytes) Waiting => Locked(static o => (o.Queue.Messages, o.Queue.Bytes));

    public void Attach(MqttLink link, IClientRights current, int window)
    {
        lock (_lock)
        {
            _link = link;
            _outbox.Reopen(Math.Min(window, home.Options.MaxInflight));
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
            _outbox.Close(IsDurable);
        }
    }

    /// <summary>False when it does not fit any more: the session has to be ended. QoS 0 is dropped instead, and not kept for who is away.</summary>
    public bool Offer(in Outgoing outgoing)
    {
        MqttLink? link;
        lock (_lock)
        {
            if (_isEnded || (outgoing.Qos == 0 && _link is null))
            {
                return true;
            }

            if (!_outbox.Queue.HasRoomFor(outgoing))
            {
                return outgoing.Qos == 0 && IsDropped();
            }

            _outbox.Queue.Add(outgoing, isAway: _link is null);
            link = _link;
        }

        link?.Wake();
        return true;
    }

    /// <summary>Retained messages that were handed over from the store: as many as were asked for, so they always fit.</summary>
    public void OfferReplayed(in Outgoing outgoing)
    {
        lock (_lock)
        {
            if (!_isEnded && (outgoing.Qos > 0 || _link is not null))
            {
                _outbox.Queue.Add(outgoing, isAway: _link is null);
            }
        }
    }

    /// <summary>A stored message that is not owed after all; 0 is none.</summary>
    public void Forgo(long storedId)
    {
        if (storedId != 0)
        {
            home.Store.Settle(ClientId, storedId);
        }
    }

    public void Replay(RetainedReplay replay)
    {
        MqttLink? link;
        lock (_lock)
        {
            _outbox.Add(replay);
            link = _link;
        }

        link?.Wake();
    }

    /// <summary>Writes the answers that are ready, and what may be sent now; called by the loop of the connection. True when there were answers.</summary>
    public bool Deliver(MqttLink link, DeliveryWriter writer)
    {
        List<long>? skipped;
        bool isHungry;
        bool hasAnswered;
        lock (_lock)
        {
            // within the lock: what is added after an answer, as retained messages are after their SUBACK, goes out after it
            hasAnswered = link.WriteAnswers();
            if (_link != link)
            {
                return hasAnswered;
            }

            _outbox.Send(writer, _rights);
            skipped = _outbox.TakeSkipped();
            isHungry = !_isFed && (_outbox.Queue.WantsPage || _outbox.WantsReplay);
            _isFed |= isHungry;
            _isOverloaded &= _outbox.Queue.Messages > 0;
        }

        skipped?.ForEach(id => home.Store.Settle(ClientId, id));
        if (isHungry)
        {
            home.Backlog.Feed(this);
        }

        return hasAnswered;
    }

    /// <summary>The part of the backlog to read now; the backlog's loop only, as are the next three.</summary>
    public PageRequest? TakeRequest()
    {
        lock (_lock)
        {
            _isFed = false;
            return _link is null ? null : _outbox.Queue.TakeRequest();
        }
    }

    public void AddPage(PageRequest request, OwedPage page)
    {
        lock (_lock)
        {
            _outbox.Queue.AddPage(request, page);
        }

        Wake();
    }

    /// <summary>The retained messages to hand over next; ended by <see cref="EndReplay"/>.</summary>
    public RetainedReplay? BeginReplay()
    {
        lock (_lock)
        {
            return _link is null ? null : _outbox.BeginReplay();
        }
    }

    public void EndReplay(bool isFinished)
    {
        lock (_lock)
        {
            _outbox.EndReplay(isFinished);
        }

        Wake();
    }

    /// <summary>What it is owed could not be read or kept: its client has to come again.</summary>
    public void CloseLink(ReasonCode reason, string sentence)
    {
        MqttLink? link;
        lock (_lock)
        {
            link = _link;
        }

        link?.CloseFor(new(reason, sentence));
    }

    /// <summary>Takes PUBACK, PUBREC or PUBCOMP.</summary>
    public Acknowledged Acknowledge(in AckPacket ack)
    {
        var release = ack.Type == PacketType.PubRec && ack.Reason < ReasonCode.UnspecifiedError;
        long storedId;
        lock (_lock)
        {
            if (!_outbox.Inflight.TryAcknowledge(ack, out storedId))
            {
                // a PUBREC that we do not know is answered: the client may repeat it after we forgot (4.3.3)
                return new(release);
            }
        }

        Wake();
        return new(release, storedId);
    }

    /// <summary>What the store kept of it, before its first connection.</summary>
    public void Restore(StoredSession stored)
    {
        Incoming.Restore(stored.Incoming);
        lock (_lock)
        {
            _outbox.Restore(stored);
        }
    }

    /// <summary>Expired in the store.</summary>
    public void Purged(BacklogSize gone)
    {
        lock (_lock)
        {
            _outbox.Queue.Purged(gone);
        }
    }

    /// <summary>
    /// Nothing is owed any more. What came through a share and is in no store is handed back, for another member, unless it is QoS 2 and was sent.
    /// </summary>
    public List<Outgoing> End()
    {
        lock (_lock)
        {
            _isEnded = true;
            home.Counts.Dropped(DropCause.SessionEnded, _outbox.Queue.Messages);
            return _outbox.End();
        }
    }

    private void Wake()
    {
        MqttLink? link;
        lock (_lock)
        {
            link = _link;
        }

        link?.Wake();
    }

    // under _lock; one line an episode, until it has caught up
    private bool IsDropped()
    {
        home.Counts.Dropped(DropCause.Overload);
        if (!_isOverloaded)
        {
            _isOverloaded = true;
            BrokerLog.Overloaded(home.Log, ClientId);
        }

        return true;
    }

    private T Locked<T>(Func<Outbox, T> read)
    {
        lock (_lock)
        {
            return read(_outbox);
        }
    }
}
