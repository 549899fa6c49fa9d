using Gateway.Contract;

namespace Gateway.Operations;

/// <summary>What every answer bears and every request must pass: security headers, a Host that is ours, an Origin that is our own or was named.</summary>
internal sealed class WebGuard(HttpOptions options)
{
    private const string Methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private const string RequestHeaders = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID";
    private const string ResponseHeaders = "Location, Retry-After";
    private const string PreflightSeconds = "600";

    private readonly string _policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        + $"base-uri 'none'; form-action 'self'; frame-ancestors {(options.Origins.Count == 0 ? "'none'" : string.Join(' ', options.Origins))}";

    private readonly HashSet<string> _origins = new(options.Origins, StringComparer.OrdinalIgnoreCase);

    private readonly OwnHosts _hosts = new(options);

    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = _policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (!_hosts.Includes(context.Request.Host.Value))
        {
            // A foreign name that resolves to this machine is how a web page elsewhere would get in (DNS rebinding).
            var refusal = $"The host '{context.Request.Host.Value}' is not ours; if it should be, add its name to Http:Hosts.";
            await Problem.Of(StatusCodes.Status403Forbidden, "forbidden", refusal).ExecuteAsync(context);
            return;
        }

        if (IsForeign(context.Request) && !IsWelcome(context))
        {
            await Problem.Of(StatusCodes.Status403Forbidden, "forbidden", "This request comes from a page of another origin.").ExecuteAsync(context);
            return;
        }

        if (HttpMethods.IsOptions(context.Request.Method) && headers.AccessControlAllowOrigin.Count > 0)
        {
            headers.AccessControlAllowMethods = Methods;
            headers.AccessControlAllowHeaders = RequestHeaders;
            headers.AccessControlMaxAge = PreflightSeconds;
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await next(context);
    }

    private static bool IsForeign(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        // A page that came over TLS may call what stands behind a proxy, or speaks MQTT by WebSocket in the clear; never the other way round.
        return origin.Count > 0 && !(origin is [{ } one]
            && (string.Equals(one, $"https://{request.Host}", StringComparison.OrdinalIgnoreCase)
                || (!request.IsHttps && string.Equals(one, $"http://{request.Host}", StringComparison.OrdinalIgnoreCase))));
    }

    // Without Allow-Credentials: a foreign page brings its own token, and acts for nobody who happens to be signed in here.
    private bool IsWelcome(HttpContext context)
    {
        if (context.Request.Headers.Origin is not [{ } origin] || !_origins.Contains(origin))
        {
            return false;
        }

        context.Response.Headers.AccessControlAllowOrigin = origin;
        context.Response.Headers.AccessControlExposeHeaders = ResponseHeaders;
        context.Response.Headers.Vary = "Origin";
        return true;
    }
}
