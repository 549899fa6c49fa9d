using System.Net;
using System.Net.Sockets;
using Gateway.Access;

namespace Gateway.Modules.Webhooks;

/// <summary>
/// Where deliveries go, and where never. Receivers are in this LAN as a rule, so private addresses are right. Link-local ones and a few others are where
/// clouds keep their machines' credentials; on loopback are the programs of this machine that trust whoever reaches them.
/// </summary>
/// <param name="AllowsLoopback">Programs of this machine are reached as well.</param>
/// <param name="IsOwnPort">Whether this service listens there itself.</param>
internal sealed record WebhookReach(bool AllowsLoopback, Func<int, bool> IsOwnPort)
{
    private static readonly IPAddress[] Metadata =
    [
        IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("100.100.100.200"), IPAddress.Parse("192.0.0.192"), IPAddress.Parse("168.63.129.16"),
    ];

    /// <summary>Null when it is an address that can be posted to, as far as it says itself.</summary>
    public string? FaultOf(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Port == 0)
        {
            return "url must be a whole http or https address.";
        }

        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return uri.Fragment.Length > 0 ? "url must not have a fragment."
                : "url must not bear a name or a password; the signature tells who is calling.";
        }

        var host = uri.DnsSafeHost.TrimEnd('.');
        var isLocalhost = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        return isLocalhost ? Fault(IPAddress.Loopback, uri.Port) : IPAddress.TryParse(host, out var address) ? Fault(address, uri.Port) : null;
    }

    /// <summary>Null when a delivery may go there.</summary>
    public string? Fault(IPAddress address, int port)
    {
        var inner = Inner(address);
        if (IsNowhere(inner) || Metadata.Contains(inner))
        {
            return $"url must not lead to {address}: link-local, multicast, unspecified and metadata addresses are nobody's application.";
        }

        if (IsOwnPort(port) && (IPAddress.IsLoopback(inner) || Network.IsOwn(inner)))
        {
            return "url must not lead to this service itself.";
        }

        return IPAddress.IsLoopback(inner) && !AllowsLoopback
            ? "url must not lead to this machine's own loopback; set Webhooks:Loopback to true if the application runs beside this service."
            : null;
    }

    private static bool IsNowhere(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6Multicast || address.Equals(IPAddress.IPv6Any)
        : address.GetAddressBytes() is [169, 254, ..] or [0, ..] or [>= 224, ..];

    // An IPv4 address that is written within an IPv6 one leads where it says: mapped, compatible, 6to4 (RFC 3056) and NAT64 (RFC 6052).
    private static IPAddress Inner(IPAddress address)
    {
        var plain = Network.Plain(address);
        return plain.GetAddressBytes() switch
        {
            [0x20, 0x02, var a, var b, var c, var d, ..] and { Length: 16 } => new([a, b, c, d]),
            [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. var last] => new(last),
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. { } last] when last is not [0, 0, 0, 0 or 1] => new(last),
            _ => plain,
        };
    }
}
