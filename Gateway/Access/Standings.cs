using System.Collections.Concurrent;

namespace Gateway.Access;

/// <summary>Tells open connections that whoever they belong to has no rights any more, or other ones.</summary>
internal sealed class Standings(Accounts accounts)
{
    private static readonly CancellationToken Over = new(canceled: true);

    // One for each owner with something open. Ended ones are taken out first, so that nobody joins them.
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _open = new(StringComparer.Ordinal);

    // Set once, before the first connection.
    private Action<string>? _tell;

    /// <summary>Who is to hear whose connections are to end, where they look at no token.</summary>
    public void Tell(Action<string> ended) => _tell = ended;

    /// <summary>Cancelled when these rights end; at once when they have already.</summary>
    public CancellationToken Of(Identity identity)
    {
        var token = _open.GetOrAdd(identity.Owner, _ => new()).Token;

        // Asked after the token is there: who was removed in between is found here, who is removed later cancels the token.
        var isLasting = identity.Kind is IdentityKind.Admin or IdentityKind.Anonymous or IdentityKind.Device;
        return isLasting || ReferenceEquals(accounts.Current(identity.Kind, identity.Name), identity) ? token : Over;
    }

    /// <summary>After the change is on disk and in memory.</summary>
    public void End(string owner)
    {
        if (_open.TryRemove(owner, out var ended))
        {
            // Not disposed: who asked a moment ago may still register.
            ended.Cancel();
        }

        _tell?.Invoke(owner);
    }
}
