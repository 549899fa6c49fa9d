namespace Gateway.Broker;

/// <summary>Section <c>Mqtt</c>. What is null is not announced in CONNACK: the standard's default holds, behind it a protective bound.</summary>
internal sealed record MqttOptions
{
    /// <summary>TCP port; 0 lets the system choose, -1 switches it off.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>TLS port, opened only with a certificate; 0 lets the system choose, -1 switches it off.</summary>
    public int TlsPort { get; init; } = 8883;

    /// <summary>Address to listen on; null is every interface.</summary>
    public string? Address { get; init; }

    /// <summary>Seconds that replace the keep alive of MQTT 5 clients.</summary>
    public ushort? ServerKeepAlive { get; init; }

    /// <summary>Unacknowledged QoS 1 and 2 messages accepted from one client at a time.</summary>
    public ushort? ReceiveMaximum { get; init; }

    /// <summary>Topic aliases a client may set.</summary>
    public ushort? TopicAliasMaximum { get; init; }

    /// <summary>Bytes of the largest packet accepted; without it 1 MiB is the protective bound.</summary>
    public int? MaxPacketSize { get; init; }

    /// <summary>Highest QoS accepted from publishers: 0 or 1.</summary>
    public byte? MaxQos { get; init; }

    /// <summary>Whether retained messages are accepted.</summary>
    public bool? RetainAvailable { get; init; }

    /// <summary>Connections at once; one more is answered 0x97.</summary>
    public int MaxConnections { get; init; } = 20_000;

    /// <summary>Messages in flight in each direction of a client, beside what the client itself allows; beyond it the sender waits.</summary>
    public int MaxInflight { get; init; } = 1_000;

    /// <summary>Messages queued for one session; a session that would need more is ended.</summary>
    public int MaxQueuedMessages { get; init; } = 100_000;

    /// <summary>Bytes queued for one session; a session that would need more is ended.</summary>
    public long MaxQueuedBytes { get; init; } = 64L << 20;

    /// <summary>Subscriptions of one session; one more is answered 0x97.</summary>
    public int MaxSubscriptions { get; init; } = 10_000;

    /// <summary>Levels of a topic or filter; deeper ones are refused.</summary>
    public int MaxTopicLevels { get; init; } = 128;

    /// <summary>Topics with a retained message; one more is answered 0x97.</summary>
    public int MaxRetained { get; init; } = 1_000_000;

    /// <summary>Time from accepting a connection to its CONNECT.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a closing connection may take to receive its last packet and to stop sending.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often <c>$SYS/broker/…</c> is brought up to date; zero is never.</summary>
    public TimeSpan SysInterval { get; init; } = TimeSpan.FromSeconds(10);

    internal const int ProtectivePacketSize = 1 << 20;

    internal int PacketBound => MaxPacketSize ?? ProtectivePacketSize;
}
