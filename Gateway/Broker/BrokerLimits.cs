namespace Gateway.Broker;

/// <summary>How much one stranger may ask for, beside <see cref="MqttOptions"/>; 0 is no limit.</summary>
internal sealed record BrokerLimits
{
    /// <summary>Whether the limits per address hold for loopback too.</summary>
    public bool Loopback { get; init; }

    /// <summary>Connections that have not sent CONNECT yet.</summary>
    public int HalfOpen { get; init; }

    /// <summary>The same of one address.</summary>
    public int HalfOpenPerAddress { get; init; }

    /// <summary>CONNECTs a second of one address, on the average; beyond it 0x9F.</summary>
    public int ConnectRate { get; init; }

    /// <summary>CONNECTs of one address at once.</summary>
    public int ConnectBurst { get; init; }

    /// <summary>Messages a second of one client; beyond it the client is read more slowly, and nothing is lost.</summary>
    public int PublishRate { get; init; }

    /// <summary>The same in bytes.</summary>
    public long PublishBytesRate { get; init; }
}
