namespace Gateway.Broker.Sessions;

/// <summary>The QoS 2 packet ids that a client has used and not released, so that no message is published twice (MQTT-4.3.3-10).</summary>
internal sealed class IncomingIds
{
    private readonly Lock _lock = new();

    // owned by _lock; most clients never need it
    private HashSet<ushort>? _ids;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _ids?.Count ?? 0;
            }
        }
    }

    public bool Contains(ushort packetId)
    {
        lock (_lock)
        {
            return _ids?.Contains(packetId) ?? false;
        }
    }

    /// <summary>False when it is in use.</summary>
    public bool Add(ushort packetId)
    {
        lock (_lock)
        {
            return (_ids ??= []).Add(packetId);
        }
    }

    /// <summary>False when it was not in use.</summary>
    public bool Remove(ushort packetId)
    {
        lock (_lock)
        {
            return _ids?.Remove(packetId) ?? false;
        }
    }

    public void Restore(IReadOnlyList<ushort> packetIds)
    {
        lock (_lock)
        {
            _ids = packetIds.Count > 0 ? [.. packetIds] : null;
        }
    }
}
