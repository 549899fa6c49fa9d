using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Gateway.Contract;

namespace Gateway.Access;

/// <summary>Keeps the book of limits for everybody: counts what they refuse, and tells it once an episode.</summary>
internal sealed class LimitBook : ILimitBook, IDisposable
{
    private const int Ipv6NetworkBytes = 8;

    private readonly LimitsOptions _options;
    private readonly ILogger _log;
    private readonly IReadOnlyList<IPNetwork> _spared;
    private readonly Meter _meter = new("Gateway.Access");
    private readonly Counter<long> _refusals;

    private readonly Episodes _episodes;

    /// <param name="spared">Proxies, which speak for many.</param>
    public LimitBook(LimitsOptions options, TimeProvider time, ILogger<LimitBook> log, IReadOnlyList<IPNetwork>? spared = null)
    {
        (_options, _episodes, _log, _spared) = (options, new(time), log, spared ?? []);
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
        if (_episodes.Begins(limit, whom))
        {
            AccessLog.Limited(_log, limit, whom);
        }
    }

    public void Dispose() => _meter.Dispose();
}
