using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Gateway.Access;

internal static class Network
{
    /// <summary>Loopback, private (RFC 1918), unique local (RFC 4193), link-local and this machine's own addresses: the LAN this is made for.</summary>
    public static bool IsLocal(IPAddress address)
    {
        var plain = Plain(address);
        if (IPAddress.IsLoopback(plain))
        {
            return true;
        }

        if (plain.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return plain.IsIPv6UniqueLocal || plain.IsIPv6LinkLocal;
        }

        return plain.GetAddressBytes() is [10, ..] or [192, 168, ..] or [169, 254, ..] or [172, >= 16 and <= 31, ..] || IsOwn(plain);
    }

    /// <summary>As people write it: an IPv4 address that came in through a dual-stack socket is still an IPv4 address.</summary>
    public static string? Text(IPAddress? address) => address is null ? null : Plain(address).ToString();

    public static bool IsLoopback(string? address) => address == "localhost" || (IPAddress.TryParse(address, out var parsed) && IPAddress.IsLoopback(parsed));

    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>One of this machine's interfaces has it. Looked at each time anew: a laptop changes its address while the service runs.</summary>
    public static bool IsOwn(IPAddress address) => NetworkInterface.GetAllNetworkInterfaces()
        .Any(network => network.GetIPProperties().UnicastAddresses.Any(own => own.Address.Equals(address)));
}
