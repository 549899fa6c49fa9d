using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Accounts;

/// <summary>Kiosks: a screen asks for a code and waits; an operator confirms it for one scanner.</summary>
internal static class KioskEndpoints
{
    private const int MaxName = 64;

    public static void MapKiosks(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/kiosks/pairings", Begin);
        routes.MapPost("/api/kiosks/pairings/{code}", AskAsync);
        routes.MapGet("/api/kiosks", (Access.Accounts accounts) => Listed.All(accounts.Kiosks.All.OrderBy(kiosk => kiosk.CreatedAt).Select(Shown)));
        routes.MapPost("/api/kiosks", ConfirmAsync);
        routes.MapDelete("/api/kiosks/{id}", RemoveAsync);
    }

    /// <summary>The one request that anybody may make who has no credentials yet.</summary>
    private static IResult Begin(HttpContext context, Pairings pairings)
    {
        var (code, secret, expiresAt) = pairings.Begin(context.Connection.RemoteIpAddress);
        return Results.Json(new { code, secret, expiresAt }, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> AskAsync(
        string code, HttpContext context, Pairings pairings, Sessions sessions, Standings standings, AuthThrottle throttle, AuditTrail trail)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var (isKnown, kiosk) = pairings.Ask(code, body.Text("secret", max: 64));
        if (!isKnown)
        {
            throttle.Failed(context.Connection.RemoteIpAddress);
            throw RequestRefusedException.Unknown("pairing", code);
        }

        if (kiosk is null)
        {
            return Results.Json(new { state = "waiting" });
        }

        await SessionCookie.OpenAsync(context, sessions, standings, new(kiosk.Kind, kiosk.Name));
        AuditTrail.Name(context, "/api/kiosks/pairings");
        AuditTrail.Changed(context, "device", from: null, kiosk.Scanner);
        await trail.RecordAsync(context, kiosk.Owner);
        return Results.Json(new { state = "paired", kiosk = kiosk.Name, scanner = kiosk.Scanner });
    }

    private static async Task<IResult> ConfirmAsync(HttpContext context, Access.Accounts accounts, Pairings pairings)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var code = body.Text("code", max: 16);
        var device = body.Text("device", max: 32);
        var name = body.OptionalText("name", MaxName) ?? device;
        var key = Idempotency.Of(context, body);
        var id = Guid.CreateVersion7().ToString();
        RequestRefusedException? refusal = null;
        var (_, added) = await accounts.Kiosks.ChangeAsync(id, (transaction, before) =>
        {
            refusal = Idempotency.RefusalOfRepeat(key, transaction)
                ?? (!IsDevice(transaction, device) ? RequestRefusedException.Unknown("device", device)
                : !pairings.IsWaiting(code) ? RequestRefusedException.Unknown("code", code) : null);
            if (refusal is not null)
            {
                return before;
            }

            key?.Keep(transaction, id);
            return new(id, name, device, HttpAccess.IdentityOf(context).Owner, transaction.Now);
        });
        if (refusal is not null)
        {
            throw refusal;
        }

        if (!pairings.Confirm(code, added!.Identity))
        {
            await accounts.Kiosks.ChangeAsync(id, (_, _) => null);
            throw RequestRefusedException.Unknown("code", code);
        }

        AuditTrail.Changed(context, "name", from: null, name);
        AuditTrail.Changed(context, "device", from: null, device);
        return Results.Created($"/api/kiosks/{id}", Shown(added));
    }

    private static async Task<IResult> RemoveAsync(string id, HttpContext context, Access.Accounts accounts, Standings standings)
    {
        var (before, _) = await accounts.Kiosks.ChangeAsync(id, (_, _) => null);
        standings.End((before ?? throw RequestRefusedException.Unknown("kiosk", id)).Identity.Owner);
        AuditTrail.Changed(context, "name", before.Name, to: null);
        AuditTrail.Changed(context, "device", before.Device, to: null);
        return Results.NoContent();
    }

    private static bool IsDevice(JournalTransaction transaction, string device) =>
        Devices.DeviceId.IsValid(device) && Devices.Devices.Find(transaction, device) is not null;

    private static object Shown(KeptKiosk kiosk) =>
        new { id = kiosk.Id, name = kiosk.Name, device = kiosk.Device, by = kiosk.By, createdAt = kiosk.CreatedAt };
}
