using System.Net;
using Gateway.Contract;

namespace Gateway.Operations;

/// <summary>What every answer bears and every request must pass: security headers, a Host that is ours, an Origin that is our own.</summary>
internal sealed class WebGuard(HttpOptions options)
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private readonly HashSet<string> _names = new(options.Hosts, StringComparer.OrdinalIgnoreCase)
    {
        "localhost", Dns.GetHostName(), $"{Dns.GetHostName()}.local",
    };

    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (!IsOurs(context.Request.Host.Host))
        {
            // A foreign name that resolves to this machine is how a web page elsewhere would get in (DNS rebinding).
            var refusal = $"The host name '{context.Request.Host.Host}' is not ours; add it to Http:Hosts.";
            await Problem.Of(StatusCodes.Status403Forbidden, "forbidden", refusal).ExecuteAsync(context);
            return;
        }

        if (IsForeign(context.Request))
        {
            await Problem.Of(StatusCodes.Status403Forbidden, "forbidden", "This request comes from a page of another origin.").ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    private static bool IsForeign(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        // Host and port are ours whatever the scheme: paho says https also where it connects without TLS.
        return origin.Count > 0
            && !string.Equals(origin[0], $"http://{request.Host}", StringComparison.OrdinalIgnoreCase)
            && !string.Equals(origin[0], $"https://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    private bool IsOurs(string host) => _names.Contains(host) || IPAddress.TryParse(host.Trim('[', ']'), out _);
}
