namespace Gateway.Operations;

/// <summary>
/// With TLS on, pages that are asked for without it are sent there. API, sockets and probes go on over plain HTTP as long as its port is
/// open: a program that follows no redirect would have sent its secret already.
/// </summary>
internal sealed class TlsRedirect(Listeners listeners, TlsOptions tls)
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

        // Not for ever (308): the browser would remember it beyond the certificate.
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = $"https://{new HostString(request.Host.Host, port)}{request.PathBase}{request.Path}{request.QueryString}";
        return Task.CompletedTask;
    }
}
