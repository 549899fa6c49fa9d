using System.Net;
using System.Net.Sockets;
using Gateway.Access;

namespace Gateway.Operations;

/// <summary>
/// What this service may be called in a Host header: its names, and addresses of this machine and of a LAN, each written as browsers write it. Any
/// other name may have been made to point here (DNS rebinding), and any other form of an address is nobody's who means well.
/// </summary>
internal sealed class OwnHosts(HttpOptions options)
{
    private const int HighestPort = 65_535;

    private readonly HashSet<string> _names = new(options.Hosts, StringComparer.OrdinalIgnoreCase)
    {
        "localhost", Dns.GetHostName(), $"{Dns.GetHostName()}.local",
    };

    /// <param name="host">The header, with its port.</param>
    public bool Includes(string? host) =>
        NameIn(host ?? "") is { } name && (_names.Contains(name) || (AddressOf(name) is { } address && Network.IsLocal(address)));

    /// <summary>Without the port; null when it is not well formed.</summary>
    private static string? NameIn(string host)
    {
        var end = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) + 1 : host.IndexOf(':', StringComparison.Ordinal);
        end = end < 0 ? host.Length : end;
        return end > 0 && (end == host.Length || (host[end] == ':' && IsPort(host.AsSpan(end + 1)))) ? host[..end] : null;
    }

    private static bool IsPort(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 5 && text.IndexOfAnyExceptInRange('0', '9') < 0 && text[0] != '0' && int.Parse(text) <= HighestPort;

    /// <summary>Null when it is none, or not as it is written: "1", "0x7f000001", "127.1", "[0:0:0:0:0:0:0:1]" and the like.</summary>
    private static IPAddress? AddressOf(string name)
    {
        var text = name is ['[', .. var inner, ']'] ? inner : name;
        return IPAddress.TryParse(text, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6) == (text.Length < name.Length)
            && !address.IsIPv4MappedToIPv6 && string.Equals(address.ToString(), text, StringComparison.OrdinalIgnoreCase) ? address : null;
    }
}
