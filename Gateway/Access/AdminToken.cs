using System.Text;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Access;

/// <summary>
/// The token with every right: the one that is set, or one made at the first start, of which only the hash is kept. A made token opens a
/// session by its sign-in link once and within 15 minutes; as a bearer token it stays good until a new one is made.
/// </summary>
internal sealed class AdminToken(AccessOptions options, NewTokenFile newToken, IJournal journal, TimeProvider time)
{
    private const string Collection = "access";
    private const string Key = "admin-token";

    // Replaced whole; set at start and when the link is used.
    private volatile MadeToken? _made;

    /// <summary>Called when another token has taken its place: whoever came in by the one before has to go.</summary>
    public Action Replaced { get; set; } = static () => { };

    /// <summary>Whose the sessions are that the token opens: a new one ends those of the one before.</summary>
    public Holder Holder => new(IdentityKind.Admin, Identity.Admin.Name, Hash is { } hash ? Holder.ProofOf(hash) : null);

    private string? Hash => options.AdminToken is { } set ? Secret.Hash(set) : _made?.Hash;

    /// <summary>Before the first request: a token that was made at an earlier start is good from the first moment of this one.</summary>
    public void Load()
    {
        if (journal.Documents(Collection).FirstOrDefault(document => document.Key == Key).Value is { } kept)
        {
            _made = ContractJson.Read<MadeToken>(kept);
        }
    }

    /// <summary>Makes a token where none is set and none was made; returns it, to be printed and forgotten.</summary>
    public async Task<string?> PrepareAsync()
    {
        if (options.AdminToken is not null || options.Anonymous)
        {
            return null;
        }

        Load();
        if (_made is not null)
        {
            return null;
        }

        var token = Secret.Make();
        await KeepAsync(MadeToken.Now(token, time));
        return token;
    }

    public bool IsAdmin(ReadOnlySpan<byte> presented) => IsCurrent(Secret.Hash(presented));

    public bool IsCurrent(string hash) => Secret.Matches(hash, Hash);

    /// <summary>Whether this token may open a session now; a printed link does so once.</summary>
    public async Task<bool> SpendAsync(string token)
    {
        if (newToken.Take() is { } renewed)
        {
            await ReplaceAsync(renewed);
        }

        if (!IsAdmin(Encoding.UTF8.GetBytes(token)))
        {
            return false;
        }

        if (options.AdminToken is not null)
        {
            return true;
        }

        // Decided on the one writer, so that a link opened in two tabs at once still opens one session.
        var spent = await journal.WriteAsync(transaction =>
        {
            var made = ContractJson.Read<MadeToken>(transaction.Documents.Find(Collection, Key));
            if (made.LinkUntil is not { } until || until < transaction.Now)
            {
                return null;
            }

            made = made with { LinkUntil = null };
            transaction.Documents.Put(Collection, Key, ContractJson.Write(made));
            return made;
        });
        _made = spent ?? _made;
        return spent is not null;
    }

    private async Task ReplaceAsync(MadeToken renewed)
    {
        await KeepAsync(renewed);
        Replaced();
    }

    private async Task KeepAsync(MadeToken made) => _made = await journal.WriteAsync(transaction =>
    {
        transaction.Documents.Put(Collection, Key, ContractJson.Write(made));
        return made;
    });
}

/// <param name="LinkUntil">Null once the link was used.</param>
internal sealed record MadeToken(string Hash, DateTimeOffset? LinkUntil)
{
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(15);

    public static MadeToken Now(string token, TimeProvider time) => new(Secret.Hash(token), time.GetUtcNow() + LinkLifetime);
}
