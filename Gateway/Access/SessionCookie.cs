namespace Gateway.Access;

/// <summary>
/// How a signed-in page shows that it is. With TLS the browser itself holds the cookie to this host and to TLS (__Host-); a LAN without TLS
/// must work too. Each counts only where it was given: what was sent in the clear opens nothing that is encrypted.
/// </summary>
internal static class SessionCookie
{
    private const string Plain = "gateway-session";

    public static string Name(HttpContext context) => context.Request.IsHttps ? $"__Host-{Plain}" : Plain;

    /// <summary>The answer to this request signs its page in, by a session that nobody knew before; the one that the page had is over.</summary>
    public static async Task OpenAsync(HttpContext context, Sessions sessions, Standings standings, Holder holder)
    {
        await CloseAsync(context, sessions, standings);
        var secret = await sessions.OpenAsync(holder, context.Request.IsHttps);
        context.Response.Cookies.Append(Name(context), secret, Options(context, Sessions.Lifetime));
    }

    /// <summary>Ends the session that the request came by, and what was opened by it; whose it was, null where there is none.</summary>
    public static async Task<string?> CloseAsync(HttpContext context, Sessions sessions, Standings standings)
    {
        if (context.Request.Cookies[Name(context)] is not { Length: > 0 } session || await sessions.CloseAsync(session) is not var (owner, hash))
        {
            return null;
        }

        standings.End(owner, hash);
        return owner;
    }

    // Strict: no other site's page can act as the person who signed in here.
    public static CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = lifetime,
    };
}
