using System.Text.Json;
using Gateway.Contract;

namespace Gateway.Access;

/// <summary>The printed link, or the admin token typed in, becomes a session; leaving ends it.</summary>
internal static class SignInEndpoints
{
    private sealed record SignIn(string? Token);

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/sign-in", SignInAsync);
        routes.MapDelete("/api/sign-in", SignOutAsync);
    }

    private static async Task<IResult> SignInAsync(HttpContext context, AdminToken admin, Sessions sessions, HttpAccess access, ILogger<Sessions> log)
    {
        var remote = Network.Text(context.Connection.RemoteIpAddress);
        if (!access.MayUseAdmin(context))
        {
            AccessLog.SignInFromAfar(log, remote);
            return Problem.Of(StatusCodes.Status403Forbidden, "forbidden", "Without TLS, sign in from this network only: your address is not a local one.");
        }

        if (await ReadTokenAsync(context) is not { } token || !await admin.SpendAsync(token))
        {
            AccessLog.SignInRefused(log, remote);
            return Problem.Of(StatusCodes.Status401Unauthorized, "unauthenticated", "This sign-in link was used already, is too old, or never was one.");
        }

        var session = await sessions.OpenAsync(Identity.Admin);
        context.Response.Cookies.Append(SessionCookie.Name(context), session, SessionCookie.Options(context, Sessions.Lifetime));
        AccessLog.SignedIn(log, Identity.Admin.Name, remote);
        return Results.NoContent();
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, Sessions sessions)
    {
        if (context.Request.Cookies[SessionCookie.Name(context)] is { Length: > 0 } session)
        {
            await sessions.CloseAsync(session);
        }

        context.Response.Cookies.Delete(SessionCookie.Name(context), SessionCookie.Options(context, lifetime: null));
        return Results.NoContent();
    }

    private static async Task<string?> ReadTokenAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            return null;
        }

        try
        {
            return (await context.Request.ReadFromJsonAsync<SignIn>(ContractJson.Options, context.RequestAborted))?.Token;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
