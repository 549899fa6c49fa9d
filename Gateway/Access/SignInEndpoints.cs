using Gateway.Contract;

namespace Gateway.Access;

/// <summary>The printed link, the admin token typed in, or a name and a password become a session; leaving ends it.</summary>
internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/sign-in", SignInAsync);
        routes.MapDelete("/api/sign-in", SignOutAsync);
    }

    private static async Task<IResult> SignInAsync(
        HttpContext context,
        AdminToken admin,
        PasswordDesk passwords,
        Sessions sessions,
        Standings standings,
        HttpAccess access,
        AuthThrottle throttle,
        Accounts accounts,
        AuditTrail trail,
        ILogger<Sessions> log)
    {
        var remote = Network.Text(context.Connection.RemoteIpAddress);
        var body = await RequestBody.ReadAsync(context.Request);
        var (token, user, password) = (body.OptionalWord("token"), body.OptionalWord("user"), body.OptionalWord("password"));
        if (user?.Length <= Password.Longest && password?.Length <= Password.Longest)
        {
            if (await passwords.TryAsync(context, user, password) is { } known)
            {
                return await WelcomeAsync(context, sessions, standings, known.Holder, known.Identity, trail, log);
            }

            // Names that nobody has are not kept: somebody may have typed their password there.
            var claimed = accounts.Users.Find(user)?.Identity.Owner ?? AuditTrail.Nobody;
            trail.Refuse(context, claimed, StatusCodes.Status401Unauthorized, isProven: false, "name or password");
            AccessLog.PasswordRefused(log, remote);
            return Problem.Of(StatusCodes.Status401Unauthorized, "unauthenticated", "Name or password is wrong.");
        }

        if (!access.MayUseAdmin(context))
        {
            trail.Refuse(context, AuditTrail.Nobody, StatusCodes.Status403Forbidden, isProven: false, "not from this network");
            AccessLog.SignInFromAfar(log, remote);
            return Problem.Of(StatusCodes.Status403Forbidden, "forbidden", "Without TLS, sign in from this network only: your address is not a local one.");
        }

        if (token is not null && await admin.SpendAsync(token))
        {
            return await WelcomeAsync(context, sessions, standings, admin.Holder, Identity.Admin, trail, log);
        }

        trail.Refuse(context, AuditTrail.Nobody, StatusCodes.Status401Unauthorized, isProven: false, "token or link");
        if (throttle.Failed(context.Connection.RemoteIpAddress) is { } wait)
        {
            HttpRate.RetryAfter(context, wait);
            return Problem.Of(StatusCodes.Status429TooManyRequests, "limited", "Too many wrong tokens from this address; wait before the next.");
        }

        AccessLog.SignInRefused(log, remote);
        return Problem.Of(StatusCodes.Status401Unauthorized, "unauthenticated", "This sign-in link was used already, is too old, or never was one.");
    }

    private static async Task<IResult> WelcomeAsync(
        HttpContext context, Sessions sessions, Standings standings, Holder holder, Identity identity, AuditTrail trail, ILogger log)
    {
        await SessionCookie.OpenAsync(context, sessions, standings, holder);
        AccessLog.SignedIn(log, identity.Shown, Network.Text(context.Connection.RemoteIpAddress));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        await trail.RecordAsync(context, identity.Owner);
        return Results.NoContent();
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, Sessions sessions, Standings standings, AuditTrail trail)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        if (await SessionCookie.CloseAsync(context, sessions, standings) is { } owner)
        {
            await trail.RecordAsync(context, owner);
        }

        context.Response.Cookies.Delete(SessionCookie.Name(context), SessionCookie.Options(context, lifetime: null));
        return Results.NoContent();
    }
}
