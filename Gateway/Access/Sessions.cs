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

    public async Task CloseAsync(string secret)
    {
        var hash = Secret.Hash(secret);
        _kept.TryRemove(hash, out _);
        await journal.WriteAsync(transaction =>
        {
            transaction.Documents.Remove(Collection, hash);
            return hash;
        });
    }

    private sealed record Holder(IdentityKind Kind, string Name);

    private sealed record KeptSession(Holder Identity, DateTimeOffset OpenedAt, DateTimeOffset Until);
}
