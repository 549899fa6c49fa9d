using System.Buffers;
using Gateway.Broker.Protocol;

namespace Gateway.Broker.Transport;

/// <summary>
/// What goes out before queued data: acknowledgements, PINGRESP, SUBACK. Acknowledgements have seats, taken in the order of the packets they answer;
/// one that is ready early waits for those before it (MQTT-4.6.0-2 to -4).
/// </summary>
internal sealed class ControlLane(int seatBound, Signal wake)
{
    private const int ByteBound = 64 * 1024;
    private const int KeptCapacity = 4 * 1024;

    private readonly Lock _lock = new();
    private readonly Signal _room = new();

    // owned by _lock; _draining by the writer's loop between two exchanges
    private Seat[] _seats = [];
    private long _first;
    private long _next;
    private int _owedPubAcks;
    private ArrayBufferWriter<byte> _filling = new(64);
    private ArrayBufferWriter<byte> _draining = new(64);

    /// <summary>Set by the connection before its first seat is taken.</summary>
    public ProtocolVersion Version { get; set; } = ProtocolVersion.V311;

    /// <summary>Whether the read loop has to wait: too many answers owed, or not taken by the peer.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                return _next - _first >= seatBound || _filling.WrittenCount >= ByteBound;
            }
        }
    }

    /// <summary>QoS 1 messages received and not acknowledged.</summary>
    public int OwedPubAcks
    {
        get
        {
            lock (_lock)
            {
                return _owedPubAcks;
            }
        }
    }

    public ValueTask WaitForRoomAsync() => _room.WaitAsync();

    /// <summary>Called when something that the read loop may wait for has moved.</summary>
    public void MadeRoom() => _room.Set();

    public long TakeSeat(PacketType answer, ushort packetId)
    {
        lock (_lock)
        {
            if (_next - _first == _seats.Length)
            {
                Grow();
            }

            _owedPubAcks += answer == PacketType.PubAck ? 1 : 0;
            _seats[_next & (_seats.Length - 1)] = new(new(answer, packetId), IsReady: false);
            return _next++;
        }
    }

    /// <summary>Fills the seat and sends whatever is ready at the front.</summary>
    public void Complete(long seat, ReasonCode reason)
    {
        lock (_lock)
        {
            ref var own = ref _seats[seat & (_seats.Length - 1)];
            own = new(own.Answer with { Reason = reason }, IsReady: true);
            if (seat != _first)
            {
                return;
            }

            while (_first < _next && _seats[_first & (_seats.Length - 1)] is { IsReady: true } front)
            {
                front.Answer.Write(_filling, Version);
                _owedPubAcks -= front.Answer.Type == PacketType.PubAck ? 1 : 0;
                _first++;
            }
        }

        wake.Set();
        _room.Set();
    }

    public void Send(in AckPacket packet)
    {
        lock (_lock)
        {
            packet.Write(_filling, Version);
        }

        wake.Set();
    }

    public void Send(ReadOnlySpan<byte> packet)
    {
        lock (_lock)
        {
            _filling.Write(packet);
        }

        wake.Set();
    }

    /// <summary>Moves what is ready into the pipe; the writer's loop only.</summary>
    public bool Drain(IBufferWriter<byte> output)
    {
        ArrayBufferWriter<byte> ready;
        lock (_lock)
        {
            if (_filling.WrittenCount == 0)
            {
                return false;
            }

            ready = _filling;
            _filling = _draining;
            _draining = ready;
        }

        output.Write(ready.WrittenSpan);
        ready.ResetWrittenCount();
        if (ready.Capacity > KeptCapacity)
        {
            _draining = new(64);
        }

        _room.Set();
        return true;
    }

    private void Grow()
    {
        var larger = new Seat[Math.Max(4, _seats.Length * 2)];
        for (var at = _first; at < _next; at++)
        {
            larger[at & (larger.Length - 1)] = _seats[at & (_seats.Length - 1)];
        }

        _seats = larger;
    }

    private readonly record struct Seat(AckPacket Answer, bool IsReady);
}
