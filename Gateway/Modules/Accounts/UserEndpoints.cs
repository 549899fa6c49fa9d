using Gateway.Access;
using Gateway.Contract;

namespace Gateway.Modules.Accounts;

/// <summary>People who sign in with a name and a password: made, changed and removed by an admin; each changes their own password.</summary>
internal static class UserEndpoints
{
    private const int MaxName = 64;

    private static readonly string[] Roles = [.. Enum.GetValues<Role>().Select(Text)];

    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/users", (Access.Accounts accounts) =>
            Listed.All(accounts.Users.All.OrderBy(user => user.Name, StringComparer.Ordinal).Select(Shown)));
        routes.MapPost("/api/users", AddAsync);
        routes.MapGet("/api/users/{name}", (string name, Access.Accounts accounts) => Results.Json(Shown(accounts.Users.Find(name) ?? throw Unknown(name))));
        routes.MapPatch("/api/users/{name}", ChangeAsync);
        routes.MapDelete("/api/users/{name}", RemoveAsync);
        routes.MapGet("/api/me", (HttpContext context) => Results.Json(Me(HttpAccess.IdentityOf(context))));
        routes.MapPost("/api/me/password", ChangeOwnPasswordAsync);
    }

    private static async Task<IResult> AddAsync(HttpContext context, Access.Accounts accounts)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var name = body.Text("name", MaxName);
        if (name is "admin" or "anonymous")
        {
            throw RequestRefusedException.Invalid("name", $"'{name}' is what others are called here already; choose another name.");
        }

        if (!IsName(name))
        {
            throw RequestRefusedException.Invalid("name", "name must be lower-case letters, digits, '.', '_' and '-', beginning with a letter or digit.");
        }

        var role = RoleOf(body) ?? throw RequestRefusedException.Invalid("role", "role is missing.");
        var password = PasswordIn(body, "password") ?? throw RequestRefusedException.Invalid("password", "password is missing.");
        var kept = Password.Keep(password);

        // Without the password: a plain hash of it would be kept for a day.
        var key = Idempotency.Of(context, body) is { } given ? given with { Digest = $"{name} {role}" } : null;
        RequestRefusedException? refusal = null;
        var (_, added) = await accounts.Users.ChangeAsync(name, (transaction, before) =>
        {
            refusal = Idempotency.RefusalOfRepeat(key, transaction) ?? (before is null ? null
                : new(StatusCodes.Status409Conflict, "exists", $"There is a user '{name}' already.", "name"));
            if (refusal is not null)
            {
                return before;
            }

            key?.Keep(transaction, name);
            return new(name, role, kept, transaction.Now);
        });
        AuditTrail.Changed(context, "role", from: null, Text(role));
        return refusal is null ? Results.Created($"/api/users/{name}", Shown(added!)) : throw refusal;
    }

    private static async Task<IResult> ChangeAsync(string name, HttpContext context, Access.Accounts accounts, Standings standings)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var role = RoleOf(body);
        var password = PasswordIn(body, "password") is { } word ? Password.Keep(word) : null;
        var (before, after) = await accounts.Users.ChangeAsync(name, (_, user) => user?.Changed(role, password));
        if (before is null)
        {
            throw Unknown(name);
        }

        standings.End(before.Identity.Owner);
        AuditTrail.Changed(context, "role", Text(before.Role), Text(after!.Role));
        if (password is not null)
        {
            AuditTrail.ChangedSecret(context, "password");
        }

        return Results.Json(Shown(after));
    }

    private static async Task<IResult> RemoveAsync(string name, HttpContext context, Access.Accounts accounts, Standings standings, Homes homes)
    {
        var (before, _) = await accounts.Users.ChangeAsync(name, (_, _) => null);
        standings.End((before ?? throw Unknown(name)).Identity.Owner);
        AuditTrail.Changed(context, "role", Text(before.Role), to: null);
        await homes.ForgetAsync(name);
        return Results.NoContent();
    }

    private static async Task<IResult> ChangeOwnPasswordAsync(
        HttpContext context, Access.Accounts accounts, PasswordDesk desk, Sessions sessions, Standings standings)
    {
        var identity = HttpAccess.IdentityOf(context);
        if (identity.Kind != IdentityKind.User)
        {
            throw new RequestRefusedException(StatusCodes.Status403Forbidden, "forbidden", "Only users have a password.");
        }

        var body = await RequestBody.ReadAsync(context.Request);
        var old = body.Text("old", Password.Longest);
        var renewed = PasswordIn(body, "new") ?? throw RequestRefusedException.Invalid("new", "new is missing.");
        var known = await desk.TryAsync(context, identity.Name, old) ?? throw NotTheirs();
        var kept = Password.Keep(renewed);

        // An admin may have given them another one meanwhile: that stays.
        var (before, after) = await accounts.Users.ChangeAsync(identity.Name, (_, user) =>
            user?.Holder == known.Holder ? user.Changed(role: null, kept) : user);
        if (before?.Holder != known.Holder)
        {
            throw NotTheirs();
        }

        standings.End(identity.Owner);
        AuditTrail.ChangedSecret(context, "password");
        await SessionCookie.OpenAsync(context, sessions, standings, after!.Holder);
        return Results.NoContent();
    }

    private static object Me(Identity identity) => new
    {
        kind = identity.Kind,
        name = identity.Name,
        role = identity.Kind switch
        {
            IdentityKind.Admin or IdentityKind.Anonymous => Role.Admin,
            IdentityKind.User => identity.Role,
            _ => (Role?)null,
        },
        scanner = identity.Scanner,
        scopes = identity.Kind == IdentityKind.Service ? identity.Scopes : null,
    };

    private static object Shown(KeptUser user) => new { name = user.Name, role = user.Role, createdAt = user.CreatedAt };

    private static string Text(Role role) => role.ToString().ToLowerInvariant();

    private static Role? RoleOf(RequestBody body) =>
        body.OptionalChoice("role", Roles) is { } role ? Enum.Parse<Role>(role, ignoreCase: true) : null;

    private static string? PasswordIn(RequestBody body, string field) => body.OptionalText(field, Password.Longest) switch
    {
        null => null,
        { Length: >= Password.Shortest } word => word,
        _ => throw RequestRefusedException.Invalid(field, $"{field} must have at least {Password.Shortest} characters."),
    };

    private static bool IsName(string name) => char.IsAsciiLetterOrDigit(name[0])
        && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '_' or '-');

    private static RequestRefusedException NotTheirs() =>
        new(StatusCodes.Status403Forbidden, "forbidden", "This is not the password you have.", "old");

    private static RequestRefusedException Unknown(string name) => RequestRefusedException.Unknown("user", name);
}
