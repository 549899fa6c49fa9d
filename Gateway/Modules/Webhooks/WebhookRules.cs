using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Modules.Webhooks;

/// <summary>How a delivery is signed, when it is tried again, and where it never goes: pure.</summary>
internal static class WebhookRules
{
    private const string SecretPrefix = "whsec_";

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>As the Standard Webhooks specification has it: HMAC-SHA256 over id, time and body.</summary>
    public static string Sign(string secret, string id, long timestamp, string body)
    {
        var key = Convert.FromBase64String(secret[SecretPrefix.Length..]);
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")))}";
    }

    /// <param name="attempts">Those that failed, one or more.</param>
    /// <param name="chance">From 0 to 1; spreads receivers that failed together.</param>
    public static TimeSpan WaitAfter(int attempts, double chance)
    {
        var full = attempts > 20 ? LongestWait : TimeSpan.FromTicks(Math.Min(FirstWait.Ticks << (attempts - 1), LongestWait.Ticks));
        return full * (0.5 + (chance / 2));
    }

    /// <summary>
    /// Receivers are on this machine or in this LAN as a rule, so private addresses are right. Link-local ones are where clouds keep their machines'
    /// credentials, and nobody's application.
    /// </summary>
    public static bool IsRefused(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return plain.IsIPv6LinkLocal || plain.IsIPv6Multicast || plain.Equals(IPAddress.IPv6Any);
        }

        var bytes = plain.GetAddressBytes();
        return (bytes[0] == 169 && bytes[1] == 254) || bytes[0] == 0 || bytes[0] >= 224;
    }

    /// <summary>Null when it is an address that can be posted to.</summary>
    public static string? FaultOf(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Port == 0)
        {
            return "url must be a whole http or https address.";
        }

        return uri.UserInfo.Length > 0 ? "url must not bear a name or a password; the signature tells who is calling."
            : uri.Fragment.Length > 0 ? "url must not have a fragment."
            : IPAddress.TryParse(uri.DnsSafeHost, out var address) && IsRefused(address) ? "url must not be a link-local, multicast or unspecified address."
            : null;
    }
}
