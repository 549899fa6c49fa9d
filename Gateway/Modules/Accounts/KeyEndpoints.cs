using Gateway.Access;
using Gateway.Contract;

namespace Gateway.Modules.Accounts;

/// <summary>Keys of services: each with the scopes it needs, its secret shown once, revoked at once.</summary>
internal static class KeyEndpoints
{
    private const int MaxName = 64;
    private const int MaxScopes = 50;
    private const int MaxScope = 256;

    /// <summary>So that a leaked one is recognised for what it is, by people and by scanners of repositories.</summary>
    private const string Prefix = "gwk_";

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/keys", (Access.Accounts accounts) => Listed.All(accounts.Keys.All.OrderBy(key => key.CreatedAt).Select(Shown)));
        routes.MapPost("/api/keys", AddAsync);
        routes.MapDelete("/api/keys/{id}", RemoveAsync);
    }

    private static async Task<IResult> AddAsync(HttpContext context, Access.Accounts accounts, Standings standings, TimeProvider time)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var name = body.Text("name", MaxName);
        var given = body.OptionalTexts("scopes", MaxScopes, MaxScope) ?? throw RequestRefusedException.Invalid("scopes", "scopes is missing.");
        var scopes = given.Select(text => Scope.Parse(text)
            ?? throw RequestRefusedException.Invalid("scopes", $"'{text}' is no scope; it is {Scope.Words}.")).ToList();
        var until = body.OptionalNumber("days", 1, 3650) is { } days ? time.GetUtcNow().AddDays(days) : (DateTimeOffset?)null;
        var idempotency = Idempotency.Of(context, body);
        var secret = Prefix + Secret.Make();
        var hash = Secret.Hash(secret);
        RequestRefusedException? refusal = null;
        var (_, added) = await accounts.Keys.ChangeAsync(hash, (transaction, before) =>
        {
            refusal = Idempotency.RefusalOfRepeat(idempotency, transaction);
            if (refusal is not null)
            {
                return before;
            }

            var id = Guid.CreateVersion7(transaction.Now).ToString();
            idempotency?.Keep(transaction, id);
            return new(id, name, scopes, hash, transaction.Now, until);
        });
        if (refusal is not null)
        {
            throw refusal;
        }

        standings.Watch(added!);
        AuditTrail.Changed(context, "name", from: null, name);
        AuditTrail.Changed(context, "scopes", from: null, ScopesOf(added!));
        AuditTrail.Changed(context, "expiresAt", from: null, until is { } end ? ContractJson.Time(end) : null);
        return Results.Created($"/api/keys/{added!.Id}", Shown(added, secret));
    }

    private static async Task<IResult> RemoveAsync(string id, HttpContext context, Access.Accounts accounts, Standings standings)
    {
        var key = accounts.Keys.All.FirstOrDefault(key => key.Id == id) ?? throw RequestRefusedException.Unknown("key", id);
        await accounts.Keys.ChangeAsync(key.Hash, (_, _) => null);
        standings.End(key.Identity.Owner);
        AuditTrail.Changed(context, "name", key.Name, to: null);
        AuditTrail.Changed(context, "scopes", ScopesOf(key), to: null);
        return Results.NoContent();
    }

    private static string ScopesOf(KeptKey key) => string.Join(", ", key.Scopes);

    private static object Shown(KeptKey key) => Shown(key, secret: null);

    private static object Shown(KeptKey key, string? secret) =>
        new { id = key.Id, name = key.Name, scopes = key.Scopes, createdAt = key.CreatedAt, expiresAt = key.Until, secret };
}
