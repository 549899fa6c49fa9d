namespace Gateway.Contract;

/// <summary>Section <c>Limits</c>: how much one stranger may ask for. 0 switches a limit off.</summary>
internal sealed record LimitsOptions
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

    /// <summary>Wrong credentials in a row, of an address or for a user, before the answer is to wait.</summary>
    public int AuthFailures { get; init; } = 5;

    /// <summary>The longest such wait; it begins with a second and doubles.</summary>
    public TimeSpan AuthDelay { get; init; } = TimeSpan.FromMinutes(1);

    internal IEnumerable<string> Faults()
    {
        (string Name, int Value)[] numbers =
        [
            (nameof(HttpRate), HttpRate), (nameof(HttpBurst), HttpBurst), (nameof(ConnectionsPerAddress), ConnectionsPerAddress),
            (nameof(Connections), Connections), (nameof(AuthFailures), AuthFailures),
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
