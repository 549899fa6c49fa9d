namespace Gateway.Access;

internal enum IdentityKind
{
    Admin,
    User,
    Service,
    Kiosk,
    Device,
    Anonymous,
}

internal enum Role
{
    Viewer,
    Operator,
    Admin,
}

/// <summary>Who is asking, however they came in: by MQTT, HTTP or WebSocket.</summary>
/// <param name="Name">Of a user its name, of all others their id.</param>
internal sealed record Identity(IdentityKind Kind, string Name)
{
    public static readonly Identity Admin = new(IdentityKind.Admin, "admin");

    public static readonly Identity Anonymous = new(IdentityKind.Anonymous, "anonymous");

    /// <summary>Of a user.</summary>
    public Role Role { get; init; }

    /// <summary>Of a service.</summary>
    public IReadOnlyList<Scope> Scopes { get; init; } = [];

    /// <summary>The one that a kiosk stands beside.</summary>
    public string? Scanner { get; init; }

    /// <summary>What sessions, idempotency keys and audit lines are kept under.</summary>
    public string Owner => Kind switch
    {
        IdentityKind.User => $"user:{Name}",
        IdentityKind.Service => $"key:{Name}",
        IdentityKind.Kiosk => $"kiosk:{Name}",
        IdentityKind.Device => $"device:{Name}",
        _ => Name,
    };

    /// <summary>As others on a channel see it.</summary>
    public string Shown => Kind == IdentityKind.User ? Name : Owner;

    /// <summary>Runs the place, or is a program of whoever does; the rest come to it.</summary>
    public bool IsStaff => Kind is IdentityKind.Admin or IdentityKind.Anonymous or IdentityKind.Service || (Kind == IdentityKind.User && Role >= Role.Operator);

    public static Identity Device(string id) => new(IdentityKind.Device, id);
}
