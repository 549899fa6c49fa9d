namespace Gateway.Contract;

/// <summary>Section <c>Limits</c>: how much one stranger may ask for. 0 switches a limit off.</summary>
internal sealed record LimitsOptions : ICheckedOptions
{
    /// <summary>Whether the limits per address hold for loopback too.</summary>
    public bool Loopback { get; init; }

    /// <summary>HTTP requests a second from one address, on the average.</summary>
    public int HttpRate { get; init; } = 200;

    /// <summary>HTTP requests from one address at once; a page with all its parts is about fifty.</summary>
    public int HttpBurst { get; init; } = 1_000;

    /// <summary>Connections of one address, on all ports together.</summary>
    public int ConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>Connections on all ports together.</summary>
    public int Connections { get; init; } = 50_000;

    /// <summary>MQTT connections that have not sent their CONNECT yet, on all ports together.</summary>
    public int HalfOpen { get; init; } = 10_000;

    /// <summary>The same, of one address.</summary>
    public int HalfOpenPerAddress { get; init; } = 200;

    /// <summary>MQTT connects a second from one address, on the average.</summary>
    public int ConnectRate { get; init; } = 50;

    /// <summary>MQTT connects from one address at once, as after a power cut behind a router.</summary>
    public int ConnectBurst { get; init; } = 500;

    /// <summary>Messages a second that one MQTT client may publish; a faster one is read more slowly, and nothing is lost.</summary>
    public int PublishRate { get; init; }

    /// <summary>The same in bytes.</summary>
    public long PublishBytesRate { get; init; }

    /// <summary>Wrong credentials in a row, of an address or for a user, before the answer is to wait.</summary>
    public int AuthFailures { get; init; } = 5;

    /// <summary>The longest such wait; it begins with a second and doubles.</summary>
    public TimeSpan AuthDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Pages that follow channels at once: over WebSocket, by event streams, or waiting for their next event.</summary>
    public int Pages { get; init; } = 10_000;

    /// <summary>The same from one address; fewer than its connections, so that they are told when to come back.</summary>
    public int PagesPerAddress { get; init; } = 500;

    public int ChannelsPerPage { get; init; } = 1_000;

    /// <summary>Bytes of one message over a page's WebSocket.</summary>
    public int MessageBytes { get; init; } = 65_536;

    /// <summary>Messages a second over a page's WebSocket; twenty seconds' worth may come at once.</summary>
    public int MessagesPerSecond { get; init; } = 100;

    public IEnumerable<string> Faults()
    {
        (string Name, long Value)[] numbers =
        [
            (nameof(HttpRate), HttpRate), (nameof(HttpBurst), HttpBurst), (nameof(ConnectionsPerAddress), ConnectionsPerAddress),
            (nameof(Connections), Connections), (nameof(AuthFailures), AuthFailures),
            (nameof(HalfOpen), HalfOpen), (nameof(HalfOpenPerAddress), HalfOpenPerAddress), (nameof(ConnectRate), ConnectRate),
            (nameof(ConnectBurst), ConnectBurst), (nameof(PublishRate), PublishRate), (nameof(PublishBytesRate), PublishBytesRate),
            (nameof(Pages), Pages), (nameof(PagesPerAddress), PagesPerAddress), (nameof(ChannelsPerPage), ChannelsPerPage),
            (nameof(MessageBytes), MessageBytes), (nameof(MessagesPerSecond), MessagesPerSecond),
        ];
        foreach (var (name, value) in numbers.Where(number => number.Value < 0))
        {
            yield return $"Limits:{name}: {value} is less than 0, which switches it off.";
        }

        if (AuthDelay < TimeSpan.Zero || AuthDelay > TimeSpan.FromHours(1))
        {
            yield return $"Limits:AuthDelay: {AuthDelay} is not between 0 and an hour.";
        }
    }
}
