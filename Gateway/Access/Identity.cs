namespace Gateway.Access;

internal enum IdentityKind
{
    Admin,
    Device,
    Anonymous,
}

/// <summary>Who is asking, however they came in: by MQTT, HTTP or WebSocket.</summary>
internal sealed record Identity(IdentityKind Kind, string Name)
{
    public static readonly Identity Admin = new(IdentityKind.Admin, "admin");

    public static readonly Identity Anonymous = new(IdentityKind.Anonymous, "anonymous");

    /// <summary>What sessions, idempotency keys and audit lines are kept under.</summary>
    public string Owner => Kind == IdentityKind.Device ? $"device:{Name}" : Name;

    public static Identity Device(string id) => new(IdentityKind.Device, id);
}
