using System.Net;
using Gateway.Access;
using Gateway.Contract;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Operations;

/// <summary>
/// With TLS on, pages that are asked for without it are sent there. API, sockets and probes go on over plain HTTP as long as its port is
/// open: a program that follows no redirect would have sent its secret already.
/// </summary>
internal sealed class TlsRedirect(Listeners listeners, TlsOptions tls, HttpOptions http)
{
    // A day: renewed with every visit, and not for ever in the way of who switches TLS off again.
    private const string StrictTransport = "max-age=86400";

    private static readonly string[] Programs = ["/api", "/ws", "/mqtt", "/metrics", "/healthz", "/readyz", "/openapi.json", "/firmware"];

    public Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.IsHttps)
        {
            context.Response.Headers.StrictTransportSecurity = StrictTransport;
            return next(context);
        }

        if (!tls.IsOn || listeners.HttpsPort is not { } port || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            || Programs.Any(program => request.Path.StartsWithSegments(program, StringComparison.OrdinalIgnoreCase)))
        {
            return next(context);
        }

        if (!IsOurs(context))
        {
            var refusal = $"The address {request.Host.Host} is not this machine's, so nobody is sent there; add it to Http:Hosts if a router forwards it.";
            return Problem.Of(StatusCodes.Status403Forbidden, "forbidden", refusal).ExecuteAsync(context);
        }

        // Not for ever (308): the browser would remember it beyond the certificate.
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = $"https://{new HostString(request.Host.Host, port)}{Target(context)}";
        return Task.CompletedTask;
    }

    // Names have passed the guard; of addresses any has, since no page elsewhere can make a browser say one that leads here.
    private bool IsOurs(HttpContext context) =>
        !IPAddress.TryParse(context.Request.Host.Host.Trim('[', ']'), out var address)
        || context.Connection.LocalIpAddress is not { } local || Network.Plain(address).Equals(Network.Plain(local))
        || http.Hosts.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase);

    // As it was asked for: what is decoded and encoded again may be another path.
    private static string Target(HttpContext context) =>
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget is ['/', ..] raw ? raw : $"{context.Request.Path}{context.Request.QueryString}";
}
