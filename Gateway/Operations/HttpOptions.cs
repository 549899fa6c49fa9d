using System.Net;
using System.Net.Sockets;
using Gateway.Contract;

namespace Gateway.Operations;

/// <summary>Section <c>Http</c>.</summary>
internal sealed record HttpOptions : ICheckedOptions
{
    /// <summary>Port of pages and API; 0 lets the system choose, -1 switches it off.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Their TLS port, opened only with a certificate; 0 lets the system choose, -1 switches it off.</summary>
    public int TlsPort { get; init; } = 8443;

    /// <summary>Address to listen on; null is every interface.</summary>
    public string? Address { get; init; }

    /// <summary>Further names that the Host header may bear, beside localhost, this machine's own names and plain addresses.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Foreign pages that may call, connect and embed: scheme, host and port, as a browser sends them.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Addresses or networks of proxies: what they say of whom they speak for counts.</summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    internal IReadOnlyList<IPNetwork> ProxyNetworks => [.. Proxies.Select(Network).OfType<IPNetwork>()];

    public IEnumerable<string> Faults()
    {
        foreach (var (index, host) in Hosts.Index().Where(host => Uri.CheckHostName(host.Item.Trim('[', ']')) == UriHostNameType.Unknown))
        {
            yield return $"Http:Hosts:{index}: \"{host}\" is no host name; write name.example alone, without scheme, port or wildcard.";
        }

        foreach (var (index, origin) in Origins.Index().Where(origin => !IsOrigin(origin.Item)))
        {
            yield return $"Http:Origins:{index}: \"{origin}\" is no origin; write https://name or https://name:port, without a path.";
        }

        foreach (var (index, proxy) in Proxies.Index().Where(proxy => Network(proxy.Item) is null))
        {
            yield return $"Http:Proxies:{index}: \"{proxy}\" is neither an IP address nor a network such as 10.0.0.0/24.";
        }
    }

    private static bool IsOrigin(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase) && uri.UserInfo.Length == 0;

    private static IPNetwork? Network(string text) => IPAddress.TryParse(text, out var address)
        ? new(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
        : IPNetwork.TryParse(text, out var network) ? network : null;
}
