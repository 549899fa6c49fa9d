using System.Collections.Concurrent;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>Signed-in pages. The cookie's value is a secret of its own, kept as a hash, so that a restart asks nobody to sign in again.</summary>
internal sealed class Sessions(IJournal journal, Accounts accounts, TimeProvider time)
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

    public async Task<string> OpenAsync(Identity identity)
    {
        var secret = Secret.Make();
        var hash = Secret.Hash(secret);
        _kept[hash] = await journal.WriteAsync(transaction =>
        {
            var session = new KeptSession(new(identity.Kind, identity.Name), transaction.Now, transaction.Now + Lifetime);
            transaction.Documents.Put(Collection, hash, ContractJson.Write(session));
            return session;
        });
        return secret;
    }

    /// <summary>Whoever it belongs to, as they are now; null when it is over, or they are gone.</summary>
    public Identity? Find(string secret)
    {
        if (!_kept.TryGetValue(Secret.Hash(secret), out var session) || session.Until <= time.GetUtcNow())
        {
            return null;
        }

        var (kind, name) = session.Identity;
        return kind == IdentityKind.User && accounts.Users.Find(name) is { } user && user.Since > session.OpenedAt ? null : accounts.Current(kind, name);
    }

    /// <summary>Whether the session that is kept under this hash goes on.</summary>
    public bool IsOpen(string hash) => _kept.ContainsKey(hash);

    /// <summary>Whose it was, and the hash that it was kept under; null when there is none.</summary>
    public async Task<(string Owner, string Hash)?> CloseAsync(string secret)
    {
        var hash = Secret.Hash(secret);
        var wasOpen = _kept.TryRemove(hash, out var session);
        await journal.WriteAsync(transaction =>
        {
            transaction.Documents.Remove(Collection, hash);
            return hash;
        });
        return wasOpen ? (new Identity(session!.Identity.Kind, session.Identity.Name).Owner, hash) : null;
    }

    private sealed record Holder(IdentityKind Kind, string Name);

    private sealed record KeptSession(Holder Identity, DateTimeOffset OpenedAt, DateTimeOffset Until);
}
