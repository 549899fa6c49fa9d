using Gateway.Contract;

namespace Gateway.Channels;

/// <summary>Bounds of the live side.</summary>
internal sealed record ChannelOptions
{
    public static ChannelOptions Of(LimitsOptions limits) => new()
    {
        MaxConnections = limits.Pages,
        MaxConnectionsPerAddress = limits.PagesPerAddress,
        MaxChannelsPerConnection = limits.ChannelsPerPage,
        MaxMessageBytes = limits.MessageBytes,
        MessagesPerSecond = limits.MessagesPerSecond,
    };

    /// <summary>Events of one read while catching up.</summary>
    public int PageSize { get; init; } = 200;

    /// <summary>Events waiting for one live subscription; when full, it is served from the journal again.</summary>
    public int QueueCapacity { get; init; } = 256;

    /// <summary>Answers waiting on one connection; when full, its next request waits.</summary>
    public int RepliesWaiting { get; init; } = 64;

    /// <summary>Pages that follow channels at once, however they do it; 0 is no limit, as for all of these.</summary>
    public int MaxConnections { get; init; } = 10_000;

    public int MaxConnectionsPerAddress { get; init; } = 500;

    public int MaxChannelsPerConnection { get; init; } = 1_000;

    /// <summary>Messages that one page may send; the worth of <see cref="MessageRate.BurstSeconds"/> at once. More is closed with 4429.</summary>
    public int MessagesPerSecond { get; init; } = 100;

    /// <summary>Bytes of one message from a page; more is closed with 4413.</summary>
    public int MaxMessageBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes gathered before they are flushed to a socket.</summary>
    public int FlushBytes { get; init; } = 32 * 1024;

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>No byte from it and none accepted by it for so long: 4408.</summary>
    public TimeSpan DeadPeer { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Who polls counts as present for so long after each answer.</summary>
    public TimeSpan BetweenPolls { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long each step of a close may take before the connection is aborted.</summary>
    public TimeSpan CloseGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Pages that are sent away at shutdown come back spread over at least this time, and over more of it the more they are.</summary>
    public TimeSpan DrainSpread { get; init; } = TimeSpan.FromSeconds(2);
}
