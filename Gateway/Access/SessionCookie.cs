namespace Gateway.Access;

/// <summary>
/// How a signed-in page shows that it is. With TLS the browser itself holds the cookie to this host and to TLS (__Host-); a LAN without TLS
/// must work too. Each counts only where it was given: what was sent in the clear opens nothing that is encrypted.
/// </summary>
internal static class SessionCookie
{
    private const string Plain = "gateway-session";

    public static string Name(HttpContext context) => context.Request.IsHttps ? $"__Host-{Plain}" : Plain;

    /// <summary>The answer to this request signs its page in.</summary>
    public static async Task OpenAsync(HttpContext context, Sessions sessions, Identity identity) =>
        context.Response.Cookies.Append(Name(context), await sessions.OpenAsync(identity), Options(context, Sessions.Lifetime));

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
