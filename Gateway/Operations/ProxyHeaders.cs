using Microsoft.AspNetCore.HttpOverrides;

namespace Gateway.Operations;

/// <summary>Whom the proxies that were named speak for; what anybody else claims of itself is not looked at.</summary>
internal static class ProxyHeaders
{
    public static void UseProxies(this IApplicationBuilder app, HttpOptions options)
    {
        if (options.Proxies.Count == 0)
        {
            return;
        }

        // From hop to hop as long as the one before is a proxy of ours: what stands left of that may be made up.
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All & ~ForwardedHeaders.XForwardedPrefix, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.ProxyNetworks)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(forwarded);
    }
}
