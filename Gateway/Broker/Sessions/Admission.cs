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
    private int _halfOpen;

    private TimeSpan Now => time.GetElapsedTime(_startedAt);

    /// <summary>False: one too many that say nothing. Otherwise <see cref="Heard"/> follows.</summary>
    public bool TryEnter(EndPoint? remote)
    {
        var isTold = false;
        var key = KeyOf(remote);
        lock (_lock)
        {
            var address = key is null ? null : Of(key);
            var isFull = (limits.HalfOpen > 0 && _halfOpen >= limits.HalfOpen)
                || (address is not null && limits.HalfOpenPerAddress > 0 && address.HalfOpen >= limits.HalfOpenPerAddress);
            if (!isFull)
            {
                _halfOpen++;
                (address ?? new(limits)).HalfOpen++;
                return true;
            }

            isTold = IsNewEpisode(address ?? Of(""));
        }

        counts.Limited(LimitCause.HalfOpen);
        if (isTold)
        {
            BrokerLog.TooManyHalfOpen(log, remote);
        }

        return false;
    }

    /// <summary>Its CONNECT is here, or it is gone.</summary>
    public void Heard(EndPoint? remote)
    {
        lock (_lock)
        {
            _halfOpen--;
            if (KeyOf(remote) is { } key && _addresses.TryGetValue(key, out var address))
            {
                address.HalfOpen--;
            }
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

    private sealed class Address(BrokerLimits limits)
    {
        public Allowance Connects { get; } = new(limits.ConnectRate, Math.Max(limits.ConnectBurst, 1));

        public int HalfOpen { get; set; }

        public TimeSpan? LastBitten { get; set; }

        public bool IsIdle(TimeSpan now) => HalfOpen == 0 && Connects.IsFull(now) && (LastBitten is not { } last || now - last > s_episode);
    }
}
