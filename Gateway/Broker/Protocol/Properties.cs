namespace Gateway.Broker.Protocol;

/// <summary>The properties of one packet. Null is absent; which of them a packet may bear is <see cref="PropertySet"/>.</summary>
internal sealed class Properties
{
    public static readonly Properties None = new();

    public byte? PayloadFormat { get; set; }

    public uint? MessageExpiry { get; set; }

    public string? ContentType { get; set; }

    public string? ResponseTopic { get; set; }

    public byte[]? CorrelationData { get; set; }

    /// <summary>A delivery bears as many as subscriptions matched.</summary>
    public List<int>? SubscriptionIdentifiers { get; set; }

    public uint? SessionExpiry { get; set; }

    public string? AssignedClientIdentifier { get; set; }

    public ushort? ServerKeepAlive { get; set; }

    public string? AuthenticationMethod { get; set; }

    public byte[]? AuthenticationData { get; set; }

    public byte? RequestProblemInformation { get; set; }

    public uint? WillDelay { get; set; }

    public byte? RequestResponseInformation { get; set; }

    public string? ResponseInformation { get; set; }

    public string? ServerReference { get; set; }

    public string? ReasonString { get; set; }

    public ushort? ReceiveMaximum { get; set; }

    public ushort? TopicAliasMaximum { get; set; }

    public ushort? TopicAlias { get; set; }

    public byte? MaximumQos { get; set; }

    public byte? RetainAvailable { get; set; }

    /// <summary>In the order received, names may repeat.</summary>
    public List<KeyValuePair<string, string>>? UserProperties { get; set; }

    public uint? MaximumPacketSize { get; set; }

    public byte? WildcardSubscriptionAvailable { get; set; }

    public byte? SubscriptionIdentifierAvailable { get; set; }

    public byte? SharedSubscriptionAvailable { get; set; }
}
