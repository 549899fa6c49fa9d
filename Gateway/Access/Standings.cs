using System.Collections.Concurrent;

namespace Gateway.Access;

/// <summary>Tells open connections that whoever they belong to has no rights any more, or other ones, or has signed out where they were opened.</summary>
internal sealed class Standings(Accounts accounts, Sessions sessions)
{
    private const string NoSession = "";

    private static readonly CancellationToken Over = new(canceled: true);

    // By owner and session, for each with something open. Ended ones are taken out first, so that nobody joins them.
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, CancellationTokenSource>> _open = new(StringComparer.Ordinal);

    // Set once, before the first connection.
    private Action<string>? _tell;

    /// <summary>Who is to hear whose connections are to end, where they look at no token.</summary>
    public void Tell(Action<string> ended) => _tell = ended;

    /// <summary>Cancelled when these rights end; at once when they have already.</summary>
    /// <param name="identity">Whose rights they are.</param>
    /// <param name="session">The hash of the session that they came by; null where they came by none.</param>
    public CancellationToken Of(Identity identity, string? session = null)
    {
        var token = _open.GetOrAdd(identity.Owner, _ => new()).GetOrAdd(session ?? NoSession, _ => new()).Token;

        // Asked after the token is there: who was removed in between is found here, who is removed later cancels the token.
        var isLasting = identity.Kind is IdentityKind.Admin or IdentityKind.Anonymous or IdentityKind.Device;
        return (isLasting || ReferenceEquals(accounts.Current(identity.Kind, identity.Name), identity)) && (session is null || sessions.IsOpen(session))
            ? token
            : Over;
    }

    /// <summary>After the change is on disk and in memory.</summary>
    public void End(string owner)
    {
        if (_open.TryRemove(owner, out var all))
        {
            foreach (var session in all.Keys)
            {
                End(all, session);
            }
        }

        _tell?.Invoke(owner);
    }

    /// <summary>What was opened by this session ends, after it was closed; the owner's others go on.</summary>
    public void End(string owner, string session)
    {
        if (_open.TryGetValue(owner, out var all))
        {
            End(all, session);
        }
    }

    private static void End(ConcurrentDictionary<string, CancellationTokenSource> all, string session)
    {
        if (all.TryRemove(session, out var ended))
        {
            // Not disposed: who asked a moment ago may still register.
            ended.Cancel();
        }
    }
}
