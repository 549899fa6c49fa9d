using System.Collections.Concurrent;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>Signed-in pages. The cookie's value is a secret of its own, kept as a hash, so that a restart asks nobody to sign in again.</summary>
internal sealed class Sessions(IJournal journal, Accounts accounts, AdminToken admin, TimeProvider time)
{
    public const string Collection = "sessions";

    /// <summary>A kiosk hangs on a wall for a term.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    // By hash; follows the documents.
    private readonly ConcurrentDictionary<string, KeptSession> _kept = new();

    public void Load()
    {
        foreach (var (hash, body) in journal.Documents(Collection))
        {
            _kept[hash] = ContractJson.Read<KeptSession>(body);
        }
    }

    /// <param name="isEncrypted">Whether it goes over TLS, and so will do for as long as it lasts.</param>
    public async Task<string> OpenAsync(Holder holder, bool isEncrypted)
    {
        var secret = Secret.Make();
        var hash = Secret.Hash(secret);
        _kept[hash] = await journal.WriteAsync(transaction =>
        {
            var session = new KeptSession(holder, isEncrypted, transaction.Now, transaction.Now + Lifetime);
            transaction.Documents.Put(Collection, hash, ContractJson.Write(session));
            return session;
        });
        return secret;
    }

    /// <summary>Whoever it belongs to, as they are now; null when it is over, they are gone, or it came the other way than it was given.</summary>
    public Identity? Find(string secret, bool isEncrypted) =>
        _kept.TryGetValue(Secret.Hash(secret), out var session) && session.IsEncrypted == isEncrypted ? HolderOf(session) : null;

    /// <summary>Whether the session that is kept under this hash goes on.</summary>
    public bool IsOpen(string hash) => _kept.TryGetValue(hash, out var session) && HolderOf(session) is not null;

    /// <summary>When the session that is kept under this hash is over; null when there is none.</summary>
    public DateTimeOffset? EndOf(string hash) => _kept.TryGetValue(hash, out var session) ? session.Until : null;

    /// <summary>Whose it was, and the hash that it was kept under; null when there is none.</summary>
    public async Task<(string Owner, string Hash)?> CloseAsync(string secret)
    {
        var hash = Secret.Hash(secret);
        if (!_kept.TryRemove(hash, out var session))
        {
            return null;
        }

        await journal.WriteAsync(transaction =>
        {
            transaction.Documents.Remove(Collection, hash);
            return hash;
        });
        return (new Identity(session.Identity.Kind, session.Identity.Name).Owner, hash);
    }

    private Identity? HolderOf(KeptSession session) => session.Until <= time.GetUtcNow() ? null : session.Identity switch
    {
        { Kind: IdentityKind.Admin } holder => holder.Proof == admin.Holder.Proof ? Identity.Admin : null,
        { Kind: IdentityKind.User } holder => accounts.Users.Find(holder.Name) is { } user && user.Holder == holder ? user.Identity : null,
        { Kind: var kind, Name: var name } => accounts.Current(kind, name),
    };

    private sealed record KeptSession(Holder Identity, bool IsEncrypted, DateTimeOffset OpenedAt, DateTimeOffset Until);
}
