using System.Collections.Concurrent;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>Signed-in pages. The cookie's value is a secret of its own, kept as a hash, so that a restart asks nobody to sign in again.</summary>
internal sealed class Sessions(IJournal journal, TimeProvider time)
{
    private const string Collection = "sessions";

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
            var session = new KeptSession(identity, transaction.Now + Lifetime);
            transaction.Documents.Put(Collection, hash, ContractJson.Write(session));
            return session;
        });
        return secret;
    }

    public Identity? Find(string secret) =>
        _kept.TryGetValue(Secret.Hash(secret), out var session) && session.Until > time.GetUtcNow() ? session.Identity : null;

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

    private sealed record KeptSession(Identity Identity, DateTimeOffset Until);
}
