using System.Collections.Concurrent;

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

/// <summary>Which limit of <see cref="BrokerLimits"/> bit.</summary>
internal enum LimitCause
{
    HalfOpen,
    ConnectRate,
    PublishRate,

    /// <summary>MqttOptions.ConnectTimeout: it never said who it is.</summary>
    ConnectTimeout,

    /// <summary>MqttOptions.MaxConnections.</summary>
    Connections,
}

/// <summary>Counters for metrics and <c>$SYS</c>; each changed by Interlocked only.</summary>
internal sealed class BrokerCounts
{
    private int _connections;
    private long _accepted;
    private readonly long[] _received = new long[3];
    private long _published;
    private long _publishedBytes;
    private long _overflowed;
    private readonly long[] _sent = new long[3];
    private long _bytesSent;
    private long _bytesReceived;
    private long _notCommitted;
    private readonly ConcurrentDictionary<ReasonCode, long> _rejected = [];
    private readonly ConcurrentDictionary<ReasonCode, long> _refused = [];
    private readonly long[] _limited = new long[Enum.GetValues<LimitCause>().Length];
    private readonly long[] _dropped = new long[Enum.GetValues<DropCause>().Length];

    /// <summary>Open connections, also those that have not sent CONNECT yet.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>PUBLISH packets received.</summary>
    public long Received => _received.Sum();

    public long ReceivedOf(int qos) => Interlocked.Read(ref _received[qos]);

    /// <summary>Messages accepted and routed, wills and the product's own among them.</summary>
    public long PublishedMessages => Volatile.Read(ref _published);

    public long PublishedBytes => Volatile.Read(ref _publishedBytes);

    /// <summary>Sessions ended because more was queued than they may have.</summary>
    public long OverflowedSessions => Volatile.Read(ref _overflowed);

    /// <summary>PUBLISH packets sent.</summary>
    public long Sent => _sent.Sum();

    public long SentOf(int qos) => Interlocked.Read(ref _sent[qos]);

    public long BytesSent => Volatile.Read(ref _bytesSent);

    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    public void Dropped(DropCause cause, long messages = 1) => Interlocked.Add(ref _dropped[(int)cause], messages);

    public long DroppedFor(DropCause cause) => Interlocked.Read(ref _dropped[(int)cause]);

    public IEnumerable<KeyValuePair<ReasonCode, long>> RejectedByCause => _rejected;

    public IEnumerable<KeyValuePair<ReasonCode, long>> RefusedByCause => _refused;

    /// <summary>Messages that the store did not take; none was acknowledged.</summary>
    public long NotCommittedMessages => Volatile.Read(ref _notCommitted);

    public int Opened()
    {
        Interlocked.Increment(ref _accepted);
        return Interlocked.Increment(ref _connections);
    }

    public void Closed() => Interlocked.Decrement(ref _connections);

    /// <summary>A connection was ended by a packet that was not acceptable.</summary>
    public void Rejected(ReasonCode cause) => Count(_rejected, cause);

    /// <summary>A CONNECT was answered with a refusal.</summary>
    public void Refused(ReasonCode cause) => Count(_refused, cause);

    public void Limited(LimitCause cause) => Interlocked.Increment(ref _limited[(int)cause]);

    public long LimitedBy(LimitCause cause) => Interlocked.Read(ref _limited[(int)cause]);

    public void NotCommitted() => Interlocked.Increment(ref _notCommitted);

    public void ReceivedPublish(int qos) => Interlocked.Increment(ref _received[qos]);

    public void Published(int bytes)
    {
        Interlocked.Increment(ref _published);
        Interlocked.Add(ref _publishedBytes, bytes);
    }

    public void SentRound(int[] byQos, long bytes)
    {
        for (var qos = 0; qos < byQos.Length; qos++)
        {
            if (byQos[qos] > 0)
            {
                Interlocked.Add(ref _sent[qos], byQos[qos]);
            }
        }

        Interlocked.Add(ref _bytesSent, bytes);
    }

    public void ReceivedBytes(long bytes) => Interlocked.Add(ref _bytesReceived, bytes);

    public void Overflowed() => Interlocked.Increment(ref _overflowed);

    private static void Count(ConcurrentDictionary<ReasonCode, long> of, ReasonCode cause) => of.AddOrUpdate(cause, 1, static (_, n) => n + 1);
}
