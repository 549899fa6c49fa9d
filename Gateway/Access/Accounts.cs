using System.Text.Json.Serialization;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>Who there is beside scanners and the admin token: people, services and kiosks.</summary>
internal sealed class Accounts(IJournal journal, TimeProvider time)
{
    public KeptSet<KeptUser> Users { get; } = new(journal, "users");

    /// <summary>By their hashes: that is how they are asked for.</summary>
    public KeptSet<KeptKey> Keys { get; } = new(journal, "keys");

    public KeptSet<KeptKiosk> Kiosks { get; } = new(journal, "kiosks");

    public void Load()
    {
        Users.Load();
        Keys.Load();
        Kiosks.Load();
    }

    /// <summary>The service with this key; null when nobody has it, or no longer.</summary>
    public Identity? OfKey(ReadOnlySpan<byte> secret) =>
        Keys.Find(Secret.Hash(secret)) is { } key && !(key.Until <= time.GetUtcNow()) ? key.Identity : null;

    /// <summary>As it is at this moment; null when there is none any more.</summary>
    public Identity? Current(IdentityKind kind, string name) => kind switch
    {
        IdentityKind.Admin => Identity.Admin,
        IdentityKind.User => Users.Find(name)?.Identity,
        IdentityKind.Kiosk => Kiosks.Find(name)?.Identity,
        IdentityKind.Service => Keys.All.FirstOrDefault(key => key.Id == name && !(key.Until <= time.GetUtcNow()))?.Identity,
        _ => null,
    };
}

/// <param name="Password">As <see cref="Gateway.Access.Password"/> keeps it.</param>
internal sealed record KeptUser(string Name, Role Role, string Password, DateTimeOffset CreatedAt)
{
    /// <summary>Another password is another holder, and so is somebody else of the same name: salts are never the same.</summary>
    [JsonIgnore]
    public Holder Holder => field ??= new(IdentityKind.User, Name, Holder.ProofOf(Password));

    [JsonIgnore]
    public Identity Identity => field ??= new(IdentityKind.User, Name) { Role = Role };

    /// <summary>Made anew: a copy would bring along who they were.</summary>
    public KeptUser Changed(Role? role, string? password) => new(Name, role ?? Role, password ?? Password, CreatedAt);
}

/// <param name="Until">Null: for ever.</param>
internal sealed record KeptKey(string Id, string Name, IReadOnlyList<Scope> Scopes, string Hash, DateTimeOffset CreatedAt, DateTimeOffset? Until)
{
    [JsonIgnore]
    public Identity Identity => field ??= new(IdentityKind.Service, Id) { Scopes = Scopes };
}

/// <param name="By">Who confirmed it.</param>
internal sealed record KeptKiosk(string Id, string Name, string Device, string By, DateTimeOffset CreatedAt)
{
    [JsonIgnore]
    public Identity Identity => field ??= new(IdentityKind.Kiosk, Id) { Scanner = Device };
}
