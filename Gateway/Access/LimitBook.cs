using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Gateway.Contract;

namespace Gateway.Access;

/// <summary>Keeps the book of limits for everybody: counts what they refuse, and tells it once an episode.</summary>
internal sealed class LimitBook : ILimitBook, IDisposable
{
    private const int MaxEpisodes = 10_000;
    private const int Ipv6NetworkBytes = 8;

    private static readonly TimeSpan Episode = TimeSpan.FromMinutes(1);

    private readonly LimitsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly IReadOnlyList<IPNetwork> _spared;
    private readonly Meter _meter = new("Gateway.Access");
    private readonly Counter<long> _refusals;

    // When each limit last bit whom. Bounded: what does not fit is told at the next chance.
    private readonly ConcurrentDictionary<(string Limit, string Whom), long> _bitten = new();

    /// <param name="spared">Proxies, which speak for many.</param>
    public LimitBook(LimitsOptions options, TimeProvider time, ILogger<LimitBook> log, IReadOnlyList<IPNetwork>? spared = null)
    {
        (_options, _time, _log, _spared) = (options, time, log, spared ?? []);
        _refusals = _meter.CreateCounter<long>("gateway_access_limited_total", null, "What a limit refused, by limit.");
    }

    /// <summary>An IPv6 host has a whole network of addresses to itself, so that counts as one.</summary>
    public string? KeyOf(IPAddress? address)
    {
        if (address is null)
        {
            return null;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (_spared.Any(proxy => proxy.Contains(plain)))
        {
            return null;
        }

        if (IPAddress.IsLoopback(plain))
        {
            return _options.Loopback ? plain.ToString() : null;
        }

        if (plain.AddressFamily == AddressFamily.InterNetwork)
        {
            return plain.ToString();
        }

        var bytes = plain.GetAddressBytes();
        bytes.AsSpan(Ipv6NetworkBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    public void Bit(string limit, string whom)
    {
        _refusals.Add(1, new KeyValuePair<string, object?>("limit", limit));
        var now = _time.GetTimestamp();
        if (_bitten.Count >= MaxEpisodes)
        {
            _bitten.Clear();
        }

        var isNew = true;
        _bitten.AddOrUpdate((limit, whom), now, (_, last) =>
        {
            isNew = _time.GetElapsedTime(last, now) > Episode;
            return now;
        });
        if (isNew)
        {
            AccessLog.Limited(_log, limit, whom);
        }
    }

    public void Dispose() => _meter.Dispose();
}
