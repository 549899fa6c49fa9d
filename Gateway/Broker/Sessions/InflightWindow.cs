using Gateway.Broker.Protocol;

namespace Gateway.Broker.Sessions;

/// <summary>What one session has been sent and not acknowledged, by packet id. Owned by the session's lock.</summary>
internal sealed class InflightWindow(long maxBytes)
{
    private readonly Dictionary<ushort, Inflight> _entries = [];
    private Queue<ushort>? _again;
    private long _order;
    private int _size;
    private long _bytes;
    private ushort _lastPacketId;

    public bool IsFull => _entries.Count >= _size || _bytes >= maxBytes;

    /// <summary>A connection begins: all of it is to be sent again, in its first order (MQTT-4.4.0-1).</summary>
    public void Reopen(int size)
    {
        _size = size;
        _again = _entries.Count == 0 ? null : new(_entries.OrderBy(static e => e.Value.Order).Select(static e => e.Key));
    }

    // A stored message has its packet id for good; should that id be in flight still, it waits for it.
    public bool HasRoomFor(in Outgoing next) => !IsFull && (next.StoredId == 0 || !_entries.ContainsKey(next.StoredPacketId));

    public ushort PacketIdFor(in Outgoing outgoing)
    {
        if (outgoing.StoredId != 0)
        {
            return outgoing.StoredPacketId;
        }

        do
        {
            _lastPacketId = _lastPacketId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastPacketId + 1);
        }
        while (_entries.ContainsKey(_lastPacketId));
        return _lastPacketId;
    }

    public void Add(ushort packetId, in Outgoing outgoing, bool isReceived = false)
    {
        _entries[packetId] = new(outgoing, _order++, isReceived);
        _bytes += isReceived ? 0 : outgoing.Message.Size;
    }

    public void Remove(ushort packetId)
    {
        if (_entries.Remove(packetId, out var entry) && !entry.IsReceived)
        {
            _bytes -= entry.Outgoing.Message.Size;
        }
    }

    /// <summary>False when the packet id is not in flight.</summary>
    /// <exception cref="ProtocolException">It awaits another packet.</exception>
    public bool TryAcknowledge(in AckPacket ack, out long storedId)
    {
        storedId = 0;
        if (!_entries.TryGetValue(ack.PacketId, out var entry))
        {
            return false;
        }

        var expected = Expected(entry);
        if (ack.Type != expected && !(ack.Type == PacketType.PubRec && entry.IsReceived))
        {
            throw ProtocolException.Violation($"{ack.Type} for packet id {ack.PacketId}, which awaits {expected}");
        }

        storedId = entry.Outgoing.StoredId;
        if (ack.Type == PacketType.PubRec && ack.Reason < ReasonCode.UnspecifiedError)
        {
            // the message itself is not needed any more, but its place is
            _bytes -= entry.IsReceived ? 0 : entry.Outgoing.Message.Size;
            _entries[ack.PacketId] = entry with { IsReceived = true, Outgoing = entry.Outgoing with { Message = Message.None } };
        }
        else
        {
            Remove(ack.PacketId);
        }

        return true;
    }

    public bool TryNextAgain(out ushort packetId, out Inflight entry)
    {
        while (_again is not null && _again.TryDequeue(out packetId))
        {
            if (_entries.TryGetValue(packetId, out entry))
            {
                return true;
            }
        }

        _again = null;
        packetId = 0;
        entry = default;
        return false;
    }

    public IEnumerable<Outgoing> Undelivered() => _entries.Values.Where(static e => !e.IsReceived).OrderBy(static e => e.Order).Select(static e => e.Outgoing);

    public void Clear()
    {
        _entries.Clear();
        _bytes = 0;
    }

    private static PacketType Expected(in Inflight entry) =>
        entry.Outgoing.Qos == 1 ? PacketType.PubAck : entry.IsReceived ? PacketType.PubComp : PacketType.PubRec;
}
