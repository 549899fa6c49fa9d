using System.Net;
using System.Net.Sockets;

namespace Gateway.Broker.Sessions;

/// <summary>Who may knock: connections before their CONNECT, in all and of one address, and CONNECTs of one address by the second.</summary>
internal sealed class Admission(BrokerLimits limits, BrokerCounts counts, TimeProvider time, ILogger log)
{
    private const int KeptAddresses = 10_000;
    private const int Ipv6NetworkBytes = 8;

    private static readonly TimeSpan s_episode = TimeSpan.FromMinutes(1);

    private readonly long _startedAt = time.GetTimestamp();
    private readonly Lock _lock = new();

    // owned by _lock
    private readonly Dictionary<string, Address> _addresses = [];
    private readonly LinkedList<Knock> _halfOpen = [];

    private TimeSpan Now => time.GetElapsedTime(_startedAt);

    /// <summary>
    /// Null: one too many of its address that say nothing. Otherwise <see cref="Heard"/> follows. Where all places are taken, whoever has been silent
    /// longest goes: a client that means it says who it is at once, however many others do not.
    /// </summary>
    /// <param name="end">Ends the connection.</param>
    public Knock? Enter(EndPoint? remote, Action end)
    {
        var isTold = false;
        Knock? entered = null;
        Knock? oldest = null;
        lock (_lock)
        {
            var address = KeyOf(remote) is { } key ? Of(key) : null;
            if (address is null || limits.HalfOpenPerAddress <= 0 || address.HalfOpen < limits.HalfOpenPerAddress)
            {
                oldest = limits.HalfOpen > 0 && _halfOpen.Count >= limits.HalfOpen ? _halfOpen.First!.Value : null;
                Leave(oldest);
                entered = new(address ?? new(limits), end);
                entered.Address.HalfOpen++;
                entered.Place = _halfOpen.AddLast(entered);
            }

            if (entered is null || oldest is not null)
            {
                isTold = IsNewEpisode(entered is null ? address! : Of(""));
            }
        }

        oldest?.End();
        if (entered is null || oldest is not null)
        {
            counts.Limited(LimitCause.HalfOpen);
        }

        if (isTold)
        {
            BrokerLog.TooManyHalfOpen(log, remote);
        }

        return entered;
    }

    /// <summary>Its CONNECT is here, or it is gone.</summary>
    public void Heard(Knock knock)
    {
        lock (_lock)
        {
            Leave(knock);
        }
    }

    /// <summary>It has said nothing for so long that it is ended.</summary>
    public void GaveUp(EndPoint? remote)
    {
        bool isTold;
        lock (_lock)
        {
            isTold = IsNewEpisode(Of(KeyOf(remote) ?? ""));
        }

        counts.Limited(LimitCause.ConnectTimeout);
        if (isTold)
        {
            BrokerLog.NeverSaidWho(log, remote);
        }
    }

    /// <summary>More than Mqtt:MaxConnections were there.</summary>
    public void Full(EndPoint? remote)
    {
        bool isTold;
        lock (_lock)
        {
            isTold = IsNewEpisode(Of("full"));
        }

        counts.Limited(LimitCause.Connections);
        if (isTold)
        {
            BrokerLog.TooManyConnections(log, remote);
        }
    }

    private void Leave(Knock? knock)
    {
        if (knock?.Place is { } place)
        {
            _halfOpen.Remove(place);
            knock.Place = null;
            knock.Address.HalfOpen--;
        }
    }

    /// <summary>False: its address connects too often.</summary>
    public bool MayConnect(EndPoint? remote)
    {
        if (limits.ConnectRate <= 0 || KeyOf(remote) is not { } key)
        {
            return true;
        }

        bool isTold;
        lock (_lock)
        {
            var address = Of(key);
            if (address.Connects.TryTake(1, Now))
            {
                return true;
            }

            isTold = IsNewEpisode(address);
        }

        counts.Limited(LimitCause.ConnectRate);
        if (isTold)
        {
            BrokerLog.ConnectsTooOften(log, remote);
        }

        return false;
    }

    // One line an episode: whoever floods the port must not flood the log.
    private bool IsNewEpisode(Address address)
    {
        var isNew = address.LastBitten is not { } last || Now - last > s_episode;
        address.LastBitten = Now;
        return isNew;
    }

    private Address Of(string key)
    {
        if (_addresses.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_addresses.Count >= KeptAddresses)
        {
            foreach (var (idle, _) in _addresses.Where(a => a.Value.IsIdle(Now)).ToList())
            {
                _addresses.Remove(idle);
            }
        }

        return _addresses[key] = new(limits);
    }

    /// <summary>Null for whom no limit per address holds. An IPv6 host has a whole network to itself, which counts as one.</summary>
    private string? KeyOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address } || (!limits.Loopback && IPAddress.IsLoopback(address)))
        {
            return null;
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return address.ToString();
        }

        return Convert.ToHexString(address.GetAddressBytes().AsSpan(0, Ipv6NetworkBytes));
    }

    /// <summary>A connection that has not said who it is.</summary>
    internal sealed class Knock(Address address, Action end)
    {
        public Address Address => address;

        public Action End => end;

        /// <summary>Owned by the lock of admission; null once it has left.</summary>
        public LinkedListNode<Knock>? Place { get; set; }
    }

    internal sealed class Address(BrokerLimits limits)
    {
        public Allowance Connects { get; } = new(limits.ConnectRate, Math.Max(limits.ConnectBurst, 1));

        public int HalfOpen { get; set; }

        public TimeSpan? LastBitten { get; set; }

        public bool IsIdle(TimeSpan now) => HalfOpen == 0 && Connects.IsFull(now) && (LastBitten is not { } last || now - last > s_episode);
    }
}
