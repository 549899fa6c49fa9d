using System.Collections.Concurrent;

namespace Gateway.Access;

/// <summary>
/// Tells open connections that whoever they belong to has no rights any more, or other ones; or that what they came in by has ended: the
/// session was closed, the secret replaced, its time is over.
/// </summary>
internal sealed class Standings : IDisposable
{
    // Where only who it is counts.
    private const string AnyCredential = "";

    private static readonly CancellationToken Over = new(canceled: true);

    private readonly Accounts _accounts;
    private readonly Sessions _sessions;
    private readonly DeviceSecrets _devices;
    private readonly AdminToken _admin;
    private readonly Deadlines<(string Owner, string Credential)> _deadlines;

    // By owner and credential, for each with something open. Ended ones are taken out first, so that nobody joins them.
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, CancellationTokenSource>> _open = new(StringComparer.Ordinal);

    // Set once, before the first connection.
    private Action<string> _tell = static _ => { };

    public Standings(Accounts accounts, Sessions sessions, DeviceSecrets devices, AdminToken admin, TimeProvider time)
    {
        (_accounts, _sessions, _devices, _admin) = (accounts, sessions, devices, admin);
        _deadlines = new(time, Ended);
    }

    /// <summary>After all is loaded, before the first connection.</summary>
    /// <param name="gone">Hears who is no more: what is kept for them between connections goes too.</param>
    public void Start(Action<string> gone)
    {
        _tell = gone;
        _devices.Ending = (device, secret, end) => _deadlines.Set((Identity.Device(device).Owner, secret), end);
        _admin.Replaced = () => Cancel(Identity.Admin.Owner);
        foreach (var key in _accounts.Keys.All)
        {
            Watch(key);
        }
    }

    /// <summary>A key that was made, or is there: when its time is over, what it opened ends.</summary>
    public void Watch(KeptKey key)
    {
        if (key.Until is { } end)
        {
            _deadlines.Set((key.Identity.Owner, AnyCredential), end);
        }
    }

    /// <summary>Cancelled when these rights end; at once when they have already.</summary>
    /// <param name="identity">Whose rights they are.</param>
    /// <param name="credential">The hash of what they came in by: session, scanner's secret, admin token. Null where it is not told apart.</param>
    public CancellationToken Of(Identity identity, string? credential = null)
    {
        var token = _open.GetOrAdd(identity.Owner, _ => new()).GetOrAdd(credential ?? AnyCredential, _ => new()).Token;
        if (credential is not null && (_sessions.EndOf(credential) ?? _devices.EndOf(identity.Name, credential)) is { } end)
        {
            _deadlines.Set((identity.Owner, credential), end);
        }

        // Asked after the token is there: who was removed in between is found here, who is removed later cancels the token.
        return IsGood(identity, credential) ? token : Over;
    }

    /// <summary>After the change is on disk and in memory.</summary>
    public void End(string owner)
    {
        Cancel(owner);
        _tell(owner);
    }

    /// <summary>What was opened by this ends, after it was closed or replaced; the owner's others go on.</summary>
    public void End(string owner, string credential)
    {
        if (_open.TryGetValue(owner, out var all))
        {
            End(all, credential);
        }
    }

    public void Dispose() => _deadlines.Dispose();

    private void Cancel(string owner)
    {
        if (_open.TryRemove(owner, out var all))
        {
            foreach (var credential in all.Keys)
            {
                End(all, credential);
            }
        }
    }

    private bool IsGood(Identity identity, string? credential) => identity.Kind switch
    {
        IdentityKind.Anonymous => true,
        IdentityKind.Device => credential is null || _devices.IsGood(identity.Name, credential),
        IdentityKind.Admin => credential is null || _sessions.IsOpen(credential) || _admin.IsCurrent(credential),
        _ => ReferenceEquals(_accounts.Current(identity.Kind, identity.Name), identity) && (credential is null || _sessions.IsOpen(credential)),
    };

    private void Ended((string Owner, string Credential) what)
    {
        if (what.Credential == AnyCredential)
        {
            End(what.Owner);
        }
        else
        {
            End(what.Owner, what.Credential);
        }
    }

    private static void End(ConcurrentDictionary<string, CancellationTokenSource> all, string credential)
    {
        if (all.TryRemove(credential, out var ended))
        {
            // Not disposed: who asked a moment ago may still register.
            ended.Cancel();
        }
    }
}
