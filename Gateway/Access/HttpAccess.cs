using System.Net;
using System.Text;
using Gateway.Contract;
using Microsoft.Extensions.Primitives;

namespace Gateway.Access;

/// <summary>The one place where an HTTP request gets its identity or is turned away.</summary>
internal sealed class HttpAccess(AccessOptions options, AdminToken admin, Sessions sessions, ILogger<HttpAccess> log)
{
    private static readonly object Slot = new();

    public static Identity IdentityOf(HttpContext context) =>
        (Identity?)context.Items[Slot] ?? throw new InvalidOperationException($"{context.Request.Path} is served without an identity");

    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var refusal = IsGuarded(context.Request.Path) && !IsScrapedFromHere(context) ? Judge(context)
            : IsUnder(context.Request.Path, "/mqtt") && options.Anonymous && IsForwarded(context.Request) ? ForwardedAnonymously()
            : null;
        if (refusal is null)
        {
            await next(context);
            return;
        }

        AccessLog.Refused(log, context.Request.Method, context.Request.Path, Network.Text(context.Connection.RemoteIpAddress), refusal.Code);
        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        await refusal.ToResult().ExecuteAsync(context);
    }

    private static bool IsGuarded(PathString path) =>
        (IsUnder(path, "/api") && !IsUnder(path, "/api/sign-in")) || IsUnder(path, "/metrics") || path == "/openapi.json";

    /// <summary>A collector on this machine needs no token for the figures; behind a proxy everyone would seem to be on this machine.</summary>
    private static bool IsScrapedFromHere(HttpContext context) => IsUnder(context.Request.Path, "/metrics") && !IsForwarded(context.Request)
        && context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote);

    private static bool IsUnder(PathString path, string folder) => path.StartsWithSegments(folder, StringComparison.OrdinalIgnoreCase);

    private RequestRefusedException? Judge(HttpContext context)
    {
        if (Identify(context) is { } identity)
        {
            context.Items[Slot] = identity;
            return null;
        }

        if (options.Anonymous && IsForwarded(context.Request))
        {
            return ForwardedAnonymously();
        }

        return new(StatusCodes.Status401Unauthorized, "unauthenticated", "Sign in, or send a bearer token that is known here.");
    }

    private Identity? Identify(HttpContext context)
    {
        if (Bearer(context.Request.Headers.Authorization) is { } token)
        {
            if (admin.IsAdmin(Encoding.UTF8.GetBytes(token)) && MayUseAdmin(context))
            {
                return Identity.Admin;
            }

            // A token that is wrong is not helped by a cookie that is right.
            return IsOpenTo(context) ? Identity.Anonymous : null;
        }

        if (context.Request.Cookies[SessionCookie.Name(context)] is { Length: > 0 } cookie && sessions.Find(cookie) is { } signedIn)
        {
            return signedIn;
        }

        return IsOpenTo(context) ? Identity.Anonymous : null;
    }

    /// <summary>Whether this request needs no credentials.</summary>
    public bool IsOpenTo(HttpContext context) => options.Anonymous && !IsForwarded(context.Request);

    public bool MayUseAdmin(HttpContext context) => context.Request.IsHttps
        || (options.AdminOverPlain && (context.Connection.RemoteIpAddress is not { } remote || Network.IsLocal(remote)));

    private static string? Bearer(StringValues header) =>
        header is [{ } value] && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? value["Bearer ".Length..].Trim() : null;

    private static RequestRefusedException ForwardedAnonymously() =>
        new(StatusCodes.Status403Forbidden, "forbidden", "Anonymous access is for this machine alone, and this request was forwarded by a proxy.");

    private static bool IsForwarded(HttpRequest request) =>
        request.Headers.ContainsKey("Forwarded") || request.Headers.ContainsKey("Via")
        || request.Headers.Keys.Any(name => name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
        || request.Headers.ContainsKey("X-Real-IP");
}
