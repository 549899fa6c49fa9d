using System.Text.Json;
using Gateway.Contract;

namespace Gateway.Access;

/// <summary>The printed link, the admin token typed in, or a name and a password become a session; leaving ends it.</summary>
internal static class SignInEndpoints
{
    private sealed record SignIn(string? Token, string? User, string? Password);

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
        var given = await ReadAsync(context);
        if (given is { User: { } user, Password: { } password } && user.Length <= Password.Longest && password.Length <= Password.Longest)
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

        if (given.Token is { } token && await admin.SpendAsync(token))
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

    /// <summary>An empty one is a try like any other; what cannot be read is no guess, and nobody is made to wait for it.</summary>
    private static async Task<SignIn> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        if (body.Length == 0)
        {
            return new(Token: null, User: null, Password: null);
        }

        if (!ContractJson.IsBodyOf(context.Request))
        {
            throw RequestRefusedException.NotJson();
        }

        try
        {
            var root = ContractJson.Parse(body.GetBuffer().AsSpan(0, (int)body.Length));
            return root.ValueKind == JsonValueKind.Object
                ? new(TextIn(root, "token"), TextIn(root, "user"), TextIn(root, "password"))
                : throw RequestRefusedException.Invalid("body", "The body must be a JSON object.");
        }
        catch (JsonException error)
        {
            throw RequestRefusedException.Invalid("body", $"The body {ContractJson.Fault(error)}.");
        }
    }

    private static string? TextIn(JsonElement root, string field) => root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null
        ? ContractJson.TextOf(value) ?? throw RequestRefusedException.Invalid(field, $"{field} must be a text.")
        : null;
}
