using System.Net;
using System.Net.Sockets;

namespace Gateway.Access;

internal static class Network
{
    /// <summary>Loopback, private (RFC 1918), unique local (RFC 4193) and link-local addresses: the LAN this is made for.</summary>
    public static bool IsLocal(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain))
        {
            return true;
        }

        if (plain.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return plain.IsIPv6UniqueLocal || plain.IsIPv6LinkLocal;
        }

        return plain.GetAddressBytes() is [10, ..] or [192, 168, ..] or [169, 254, ..] or [172, >= 16 and <= 31, ..];
    }

    public static bool IsLoopback(string? address) => address == "localhost" || (IPAddress.TryParse(address, out var parsed) && IPAddress.IsLoopback(parsed));
}
