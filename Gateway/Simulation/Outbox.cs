using System.Diagnostics.CodeAnalysis;

namespace Gateway.Simulation;

internal sealed record MqttMessage(string Topic, ReadOnlyMemory<byte> Payload, bool Retain);

/// <summary>A message that stays in the outbox until its PUBACK.</summary>
internal sealed class OutboxEntry(ushort packetId, MqttMessage message)
{
    private readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ushort PacketId { get; } = packetId;

    public MqttMessage Message { get; } = message;

    public Task Acknowledged => _acknowledged.Task;

    // guarded by the lock of the outbox
    public bool WasSent { get; set; }

    public void Complete() => _acknowledged.TrySetResult();
}

/// <summary>
/// What a scanner still owes the service, oldest first. When it is full, whoever adds waits: captures are slowed, none is lost.
/// Of the status only the latest counts, so it has a place of its own, goes first and is never waited for.
/// </summary>
internal sealed class Outbox(int capacity) : IDisposable
{
    /// <summary>The highest packet id is left to SUBSCRIBE.</summary>
    public const ushort HighestPacketId = ushort.MaxValue - 1;

    private readonly SemaphoreSlim _room = new(capacity, capacity);
    private readonly Lock _lock = new();

    // all guarded by _lock
    private readonly List<OutboxEntry> _owed = [];
    private OutboxEntry? _status;
    private bool _isStatusSent;
    private int _sent;
    private ushort _lastPacketId;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _owed.Count;
            }
        }
    }

    public async ValueTask<OutboxEntry> AddAsync(MqttMessage message, CancellationToken cancellation)
    {
        await _room.WaitAsync(cancellation);
        lock (_lock)
        {
            var entry = new OutboxEntry(NextPacketId(), message);
            _owed.Add(entry);
            return entry;
        }
    }

    public void PutStatus(MqttMessage message)
    {
        lock (_lock)
        {
            _status = new(NextPacketId(), message);
            _isStatusSent = false;
        }
    }

    /// <summary>A new connection: everything that is owed goes out again, under its first packet id (MQTT-4.4.0-1).</summary>
    public void Restart(MqttMessage birth)
    {
        lock (_lock)
        {
            _sent = 0;
        }

        PutStatus(birth);
    }

    /// <summary>The next one to send; <paramref name="duplicate"/> when an earlier connection sent it already.</summary>
    public bool TryNext([NotNullWhen(true)] out OutboxEntry? entry, out bool duplicate)
    {
        lock (_lock)
        {
            entry = null;
            if (_status is not null && !_isStatusSent)
            {
                _isStatusSent = true;
                entry = _status;
            }
            else if (_sent < _owed.Count)
            {
                entry = _owed[_sent++];
            }

            duplicate = entry?.WasSent ?? false;
            entry?.WasSent = true;
            return entry is not null;
        }
    }

    public void Acknowledge(ushort packetId)
    {
        OutboxEntry entry;
        lock (_lock)
        {
            if (_status?.PacketId == packetId)
            {
                _status = null;
                return;
            }

            var index = _owed.FindIndex(owed => owed.PacketId == packetId);
            if (index < 0 || index >= _sent)
            {
                // a status that a newer one has replaced
                return;
            }

            entry = _owed[index];
            _owed.RemoveAt(index);
            _sent--;
        }

        _room.Release();
        entry.Complete();
    }

    public void Dispose() => _room.Dispose();

    private ushort NextPacketId()
    {
        do
        {
            _lastPacketId = _lastPacketId == HighestPacketId ? (ushort)1 : (ushort)(_lastPacketId + 1);
        }
        while (_owed.Exists(owed => owed.PacketId == _lastPacketId));
        return _lastPacketId;
    }
}
