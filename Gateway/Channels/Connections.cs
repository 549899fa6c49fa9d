using Gateway.Contract;

namespace Gateway.Channels;

/// <summary>Who follows channels at the moment, however they do it: admitted within the limits, and known to operators.</summary>
internal sealed class Connections
{
    private readonly ChannelOptions _options;
    private readonly ILimitBook _book;
    private readonly Lock _lock = new();

    // Owned by _lock.
    private readonly HashSet<LiveConnection> _all = [];
    private readonly Dictionary<string, int> _perAddress = [];
    private bool _draining;

    public Connections(ChannelOptions options, ILimitBook book, ChannelMeters meters)
    {
        (_options, _book) = (options, book);
        meters.Watch(All);
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _all.Count;
            }
        }
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<LiveConnection> All()
    {
        lock (_lock)
        {
            return [.. _all.OrderByDescending(connection => connection.Since).ThenByDescending(connection => connection.Id, StringComparer.Ordinal)];
        }
    }

    public Admission Admit(LiveConnection connection)
    {
        var key = _book.KeyOf(connection.Address);
        var verdict = Enter(connection, key);
        if (verdict == Admission.Full)
        {
            _book.Bit("pages", "everybody");
        }
        else if (verdict == Admission.AddressFull)
        {
            _book.Bit("pages_per_address", key!);
        }

        return verdict;
    }

    /// <summary>The same for a request, which is told by status; disposing leaves.</summary>
    /// <exception cref="RequestRefusedException">There is no place.</exception>
    public Place Take(LiveConnection connection) => Admit(connection) switch
    {
        Admission.Granted => new(this, connection),
        Admission.Draining => throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable, "unavailable", "The service is stopping."),
        _ => throw new RequestRefusedException(StatusCodes.Status429TooManyRequests, "limited", "Too many pages follow channels at the moment."),
    };

    /// <summary>A page sends more than it may, and is closed for it.</summary>
    public void TooFast(LiveConnection connection) => _book.Bit("messages_per_second", $"{connection.User} at {connection.Address}");

    /// <summary>A page wants to follow more than it may, and is told so.</summary>
    public void TooMany(string connection, string user) => _book.Bit("channels_per_page", $"{user} on {connection}");

    public void Leave(LiveConnection connection)
    {
        lock (_lock)
        {
            if (_all.Remove(connection) && _book.KeyOf(connection.Address) is { } key && --_perAddress[key] == 0)
            {
                _perAddress.Remove(key);
            }
        }
    }

    /// <summary>From here on nobody is admitted. How long those who are here may take to come back: a page that returns costs about two milliseconds.</summary>
    public TimeSpan Drain()
    {
        lock (_lock)
        {
            _draining = true;
            return _options.DrainSpread + TimeSpan.FromMilliseconds(2 * _all.Count);
        }
    }

    private Admission Enter(LiveConnection connection, string? key)
    {
        lock (_lock)
        {
            if (_draining)
            {
                return Admission.Draining;
            }

            if (_options.MaxConnections is > 0 and var most && _all.Count >= most)
            {
                return Admission.Full;
            }

            if (key is not null)
            {
                var here = _perAddress.GetValueOrDefault(key);
                if (_options.MaxConnectionsPerAddress is > 0 and var mostHere && here >= mostHere)
                {
                    return Admission.AddressFull;
                }

                _perAddress[key] = here + 1;
            }

            _all.Add(connection);
            return Admission.Granted;
        }
    }
}

internal sealed class Place(Connections connections, LiveConnection connection) : IDisposable
{
    public void Dispose() => connections.Leave(connection);
}

internal enum Admission
{
    Granted,
    Draining,
    Full,
    AddressFull,
}
