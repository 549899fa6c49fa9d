namespace Gateway.Broker;

/// <summary>Why a message did not reach a session that it was meant for.</summary>
internal enum DropCause
{
    /// <summary>QoS 0, for a session whose queue is full.</summary>
    Overload,

    /// <summary>QoS 0, queued for a session whose connection was lost.</summary>
    Away,

    Expired,

    /// <summary>Larger than the client takes.</summary>
    TooLarge,

    /// <summary>The client's rights have changed since it was queued.</summary>
    Forbidden,

    /// <summary>Its session ended with it: over its limits, expired, or replaced by a clean one.</summary>
    SessionEnded,
}

/// <summary>Counters for metrics and <c>$SYS</c>; each changed by Interlocked only.</summary>
internal sealed class BrokerCounts
{
    private int _connections;
    private long _accepted;
    private long _refused;
    private long _received;
    private long _published;
    private long _publishedBytes;
    private long _overflowed;
    private long _sent;
    private long _bytesSent;
    private long _bytesReceived;
    private readonly long[] _dropped = new long[Enum.GetValues<DropCause>().Length];

    /// <summary>Open connections, also those that have not sent CONNECT yet.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections ended by a packet that was not acceptable.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>PUBLISH packets received.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Messages accepted and routed, wills and the product's own among them.</summary>
    public long PublishedMessages => Volatile.Read(ref _published);

    public long PublishedBytes => Volatile.Read(ref _publishedBytes);

    /// <summary>Sessions ended because more was queued than they may have.</summary>
    public long OverflowedSessions => Volatile.Read(ref _overflowed);

    /// <summary>PUBLISH packets sent.</summary>
    public long Sent => Volatile.Read(ref _sent);

    public long BytesSent => Volatile.Read(ref _bytesSent);

    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    public void Dropped(DropCause cause, long messages = 1) => Interlocked.Add(ref _dropped[(int)cause], messages);

    public long DroppedFor(DropCause cause) => Interlocked.Read(ref _dropped[(int)cause]);

    public int Opened()
    {
        Interlocked.Increment(ref _accepted);
        return Interlocked.Increment(ref _connections);
    }

    public void Closed() => Interlocked.Decrement(ref _connections);

    public void RefusedOne() => Interlocked.Increment(ref _refused);

    public void ReceivedPublish() => Interlocked.Increment(ref _received);

    public void Published(int bytes)
    {
        Interlocked.Increment(ref _published);
        Interlocked.Add(ref _publishedBytes, bytes);
    }

    public void SentRound(int messages, long bytes)
    {
        Interlocked.Add(ref _sent, messages);
        Interlocked.Add(ref _bytesSent, bytes);
    }

    public void ReceivedBytes(long bytes) => Interlocked.Add(ref _bytesReceived, bytes);

    public void Overflowed() => Interlocked.Increment(ref _overflowed);
}
