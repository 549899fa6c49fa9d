using System.Text;
using Gateway.Contract;
using Microsoft.Extensions.Primitives;

namespace Gateway.Access;

/// <summary>The one place where an HTTP request gets its identity and is asked what it wants; or is turned away.</summary>
internal sealed class HttpAccess(
    AccessOptions options, AdminToken admin, Sessions sessions, Accounts accounts, ChannelGuards guards, AuthThrottle throttle, AuditTrail trail,
    DeviceSecrets devices, ILogger<HttpAccess> log)
{
    private static readonly object Slot = new();
    private static readonly object CredentialSlot = new();

    public static Identity IdentityOf(HttpContext context) =>
        (Identity?)context.Items[Slot] ?? throw new InvalidOperationException($"{context.Request.Path} is served without an identity");

    /// <summary>The hash of what the request came by, where whoever it belongs to can have several: a session, or the admin token.</summary>
    public static string? CredentialOf(HttpContext context) => (string?)context.Items[CredentialSlot];

    /// <summary>For what only the body names: a kiosk may do this for its own scanner alone.</summary>
    public static void DemandScanner(HttpContext context, string device)
    {
        if (IdentityOf(context) is { Kind: IdentityKind.Kiosk } kiosk && kiosk.Scanner != device)
        {
            throw new RequestRefusedException(StatusCodes.Status403Forbidden, "forbidden", "This kiosk belongs to another scanner.");
        }
    }

    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var refusal = !RequestPath.IsStraight(context) ? Crooked()
            : IsGuarded(context.Request) && !IsScrapedFromHere(context) ? await JudgeAsync(context)
            : IsUnder(context.Request.Path, "/mqtt") && options.Anonymous && Forwarding.IsIn(context.Request) ? ForwardedAnonymously()
            : null;
        if (refusal is null)
        {
            await ServeAsync(context, next);
            return;
        }

        if (IsToldWhenRefused(context, refusal.Status))
        {
            trail.Refuse(context, WhoIs(context)?.Owner ?? AuditTrail.Nobody, refusal.Status, isProven: WhoIs(context) is not null);
        }

        // Whoever waits already was told of when that began.
        if (refusal.Status != StatusCodes.Status429TooManyRequests)
        {
            AccessLog.Refused(log, HttpActs.MethodOf(context.Request), context.Request.Path, Network.Text(context.Connection.RemoteIpAddress), refusal.Code);
        }

        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = IsUnder(context.Request.Path, "/firmware") ? "Basic realm=\"firmware\"" : "Bearer";
        }

        await refusal.ToResult().ExecuteAsync(context);
    }

    /// <summary>Whether this request needs no credentials.</summary>
    public bool IsOpenTo(HttpContext context) => options.Anonymous && !Forwarding.IsIn(context.Request);

    public bool MayUseAdmin(HttpContext context) => context.Request.IsHttps
        || (options.AdminOverPlain && (context.Connection.RemoteIpAddress is not { } remote || Network.IsLocal(remote)));

    /// <summary>What was done, and what its own endpoint refused, goes on the trail when it is over; also where whoever asked has left.</summary>
    private async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        catch (Exception failure)
        {
            status = failure is RequestRefusedException refused ? refused.Status : context.Response.HasStarted ? context.Response.StatusCode : status;
            throw;
        }
        finally
        {
            await TellAsync(context, status);
        }
    }

    private async Task TellAsync(HttpContext context, int status)
    {
        var (verb, what) = HttpActs.Of(context.Request.Method, context.Request.Path);
        if (WhoIs(context) is not { } who || !AuditTrail.IsWorthwhile(who, verb, what, context.Request))
        {
            return;
        }

        if (status < StatusCodes.Status400BadRequest)
        {
            var recording = trail.RecordAsync(context, who.Owner);

            // These have a history of their own, and somebody who stands at the scanner.
            if (what.Kind is not ("enrollments" or "checkins"))
            {
                await recording;
            }
        }
        else if (IsRefusal(status))
        {
            trail.Refuse(context, who.Owner, status, isProven: true);
        }
    }

    private static Identity? WhoIs(HttpContext context) => (Identity?)context.Items[Slot];

    private static bool IsRefusal(int status) => status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden;

    // Whoever only looks is told of where they showed what does not count: that is a guess, or was good once.
    private static bool IsToldWhenRefused(HttpContext context, int status) => IsRefusal(status)
        && (HttpActs.Of(context.Request.Method, context.Request.Path).Verb != Verb.Read
            || (WhoIs(context) is null && context.Request.Headers.Authorization.Count > 0));

    private static bool IsGuarded(HttpRequest request) => (IsUnder(request.Path, "/api") && !IsForStrangers(request))
        || IsUnder(request.Path, "/metrics") || IsUnder(request.Path, "/firmware") || IsUnder(request.Path, "/openapi.json");

    // A screen asks for its code; to delete one is to delete a kiosk of that name.
    private static bool IsForStrangers(HttpRequest request) => IsUnder(request.Path, "/api/sign-in")
        || (IsUnder(request.Path, "/api/kiosks/pairings") && HttpMethods.IsPost(request.Method));

    /// <summary>A collector on this machine needs no token for the figures; behind a proxy everyone would seem to be on this machine.</summary>
    private static bool IsScrapedFromHere(HttpContext context) => IsUnder(context.Request.Path, "/metrics") && !Forwarding.IsIn(context.Request)
        && context.Connection.RemoteIpAddress is { } remote && System.Net.IPAddress.IsLoopback(remote);

    private static bool IsUnder(PathString path, string folder) => path.StartsWithSegments(folder, StringComparison.OrdinalIgnoreCase);

    private async ValueTask<RequestRefusedException?> JudgeAsync(HttpContext context)
    {
        var remote = context.Connection.RemoteIpAddress;
        var wasPresented = false;
        var given = IsUnder(context.Request.Path, "/firmware") ? BasicCredentials.Of(context.Request.Headers.Authorization) : null;
        if ((given is null ? Identify(context, out wasPresented) : await IdentifyScannerAsync(context, given)) is not { } identity)
        {
            wasPresented |= given is not null;
            return options.Anonymous && Forwarding.IsIn(context.Request) ? ForwardedAnonymously()
                : wasPresented && throttle.Failed(remote) is { } wait ? Limited(context, wait)
                : new(StatusCodes.Status401Unauthorized, "unauthenticated", "Sign in, or send a bearer token that is known here.");
        }

        context.Items[Slot] = identity;
        var (verb, what) = HttpActs.Of(context.Request.Method, context.Request.Path);
        what = WithoutId(context, what, identity) ?? await guards.FindAsync(what, verb, identity, identity.Shown, context.RequestAborted);

        // The same words whether there is such a thing or not.
        return Rights.Allow(identity, verb, what) ? null
            : new(StatusCodes.Status403Forbidden, "forbidden", $"{identity.Shown} may not do this.");
    }

    // What a kiosk may do without naming a thing: ask for an enrollment, whose scanner its body names, list those of its own, and call for help.
    private static Resource? WithoutId(HttpContext context, Resource what, Identity identity)
    {
        if (identity.Kind != IdentityKind.Kiosk || what is not { Kind: "enrollments" or "rooms", Id: null })
        {
            return null;
        }

        var parts = context.Request.Path.Value!.TrimEnd('/').Split('/').Length;
        var isNew = HttpMethods.IsPost(context.Request.Method) && parts == 3;
        var isList = HttpMethods.IsGet(context.Request.Method) && parts == 3;
        var isOwnList = isList && what.Kind == "enrollments" && context.Request.Query["device"] is [{ } device] && device == identity.Scanner;
        return isNew || isOwnList ? what with { Scanner = identity.Scanner } : what;
    }

    private async ValueTask<Identity?> IdentifyScannerAsync(HttpContext context, BasicCredentials given) =>
        await devices.ProveAsync(given.Name, given.Password) is not null || IsOpenTo(context) ? Identity.Device(given.Name) : null;

    private Identity? Identify(HttpContext context, out bool wasPresented)
    {
        wasPresented = false;
        if (Bearer(context.Request.Headers.Authorization) is { } token)
        {
            var bytes = Encoding.UTF8.GetBytes(token);
            if (admin.IsAdmin(bytes) && MayUseAdmin(context))
            {
                context.Items[CredentialSlot] = Secret.Hash(bytes);
                return Identity.Admin;
            }

            // A token that is wrong is not helped by a cookie that is right.
            wasPresented = true;
            return accounts.OfKey(bytes) ?? (IsOpenTo(context) ? Identity.Anonymous : null);
        }

        if (context.Request.Cookies[SessionCookie.Name(context)] is { Length: > 0 } cookie && sessions.Find(cookie, context.Request.IsHttps) is { } signedIn)
        {
            context.Items[CredentialSlot] = Secret.Hash(cookie);
            return signedIn;
        }

        return IsOpenTo(context) ? Identity.Anonymous : null;
    }

    private static string? Bearer(StringValues header) =>
        header is [{ } value] && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? value["Bearer ".Length..].Trim() : null;

    private static RequestRefusedException Limited(HttpContext context, TimeSpan wait)
    {
        HttpRate.RetryAfter(context, wait);
        return new(StatusCodes.Status429TooManyRequests, "limited", "Too many wrong credentials from this address; wait before the next.");
    }

    private static RequestRefusedException Crooked() =>
        new(StatusCodes.Status400BadRequest, "invalid", "The path must not have . or .. between its slashes.", "path");

    private static RequestRefusedException ForwardedAnonymously() =>
        new(StatusCodes.Status403Forbidden, "forbidden", "Anonymous access is for this machine alone, and this request was forwarded by a proxy.");
}
