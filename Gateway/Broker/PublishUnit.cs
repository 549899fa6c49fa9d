using System.Net;
using Gateway.Broker.Routing;

namespace Gateway.Broker;

/// <summary>One received PUBLISH (or will, or message of the product) on its way through the gate; completed exactly once.</summary>
internal sealed class PublishUnit
{
    /// <summary>The seat of a unit that nobody awaits an acknowledgement for.</summary>
    internal const long NoSeat = -1;

    private readonly IPublishOutcome _outcome;
    private readonly PublisherLane _lane;
    private readonly long _seat;

    internal PublishUnit(Message message, ClientConnection? client, IPublishOutcome outcome, PublisherLane lane, long seat = NoSeat)
    {
        Message = message;
        Client = client;
        Owner = client?.Rights.Owner;
        _outcome = outcome;
        _lane = lane;
        _seat = seat;
        MustQueue = lane.Enter();
    }

    public Message Message { get; private set; }

    /// <summary>Whose message it is; null is the product's own.</summary>
    public string? Owner { get; init; }

    /// <summary>Where it came from; null where that is not known any more.</summary>
    public EndPoint? Remote => Client?.Remote;

    /// <summary>Who awaits the acknowledgement; null where nobody does: for the product, and for a will whose connection was before the restart.</summary>
    internal ClientConnection? Client { get; }

    /// <summary>The client's rights refuse this topic: quarantined, neither routed nor retained.</summary>
    public bool Forbidden { get; init; }

    /// <summary>
    /// Whether the unit has to go through the store: because it is retained or owed to a session that outlives its connection, or because earlier
    /// units of its publisher have not come back yet and it must not overtake them. False: Completed may be called at once.
    /// </summary>
    public bool NeedsStore => MustQueue || (Message.Retain && !Forbidden) || IsOwedDurably;

    internal bool MustQueue { get; }

    internal bool IsOwedDurably { get; init; }

    /// <summary>Before it is written: the message is routed, and not kept for who subscribes later, whatever its flag says.</summary>
    public void IgnoreRetain() => Message = Message.Retain ? Message.WithoutRetain() : Message;

    /// <summary>Set by the writer when it writes, read by it when it completes.</summary>
    internal RoutePlan? Plan { get; set; }

    internal long StoredId { get; set; }

    /// <summary>
    /// An earlier message of its connection was not stored. This one is not either: the client sends both again, and in their order. Owned by the writer.
    /// </summary>
    public bool IsVoid { get; private set; }

    internal long Seat => _seat;

    /// <summary>The product received it, whoever else did. Set by Completed.</summary>
    internal bool WasTaken { get; private set; }

    /// <summary>0 for QoS 0.</summary>
    internal ushort PacketId { get; init; }

    /// <summary>Inside the transaction; may run again, and then writes the same again.</summary>
    public void Write(IBrokerWrites writes, PublishVerdict verdict)
    {
        if (!CheckVoid())
        {
            _outcome.Write(this, writes, IsRouted(verdict), ReasonFor(verdict));
        }
    }

    /// <summary>True when nothing of it may be written. The gate asks before it decides, and writes nothing of its own then.</summary>
    public bool CheckVoid() => IsVoid = _seat != NoSeat && _lane.Failure is not null;

    /// <summary>After the commit, in commit order: retained tree, routing, acknowledgement. With a failure: none, and the connection is closed.</summary>
    public void Completed(PublishVerdict verdict, Exception? failure)
    {
        WasTaken = verdict.Taken;
        failure ??= IsVoid ? _lane.Failure : null;
        if (failure is null)
        {
            _outcome.Accepted(this, IsRouted(verdict), ReasonFor(verdict));
        }
        else
        {
            _lane.Failure ??= failure;
            _outcome.Failed(this, failure);
        }

        // Only now may a later unit of this publisher be completed at once.
        _lane.Leave();
    }

    private ReasonCode ReasonFor(PublishVerdict verdict) => Forbidden ? ReasonCode.NotAuthorized : verdict.Reason;

    private bool IsRouted(PublishVerdict verdict) => verdict.Routed && !Forbidden;
}

/// <summary>What becomes of a unit; the broker's own side of the gate.</summary>
internal interface IPublishOutcome
{
    void Write(PublishUnit unit, IBrokerWrites writes, bool routed, ReasonCode reason);

    void Accepted(PublishUnit unit, bool routed, ReasonCode reason);

    void Failed(PublishUnit unit, Exception failure);
}

/// <summary>Counts the units of one publisher that are in the gate, so that none overtakes another.</summary>
internal sealed class PublisherLane(Action? emptied = null)
{
    // changed by Interlocked only
    private int _pending;

    /// <summary>Why one of its messages was not stored. Owned by the writer.</summary>
    public Exception? Failure { get; set; }

    public int Pending => Volatile.Read(ref _pending);

    /// <summary>True when others are before this one.</summary>
    public bool Enter() => Interlocked.Increment(ref _pending) > 1;

    public void Leave()
    {
        Interlocked.Decrement(ref _pending);
        emptied?.Invoke();
    }
}
