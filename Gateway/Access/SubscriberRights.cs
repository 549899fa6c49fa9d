using Gateway.Channels;

namespace Gateway.Access;

/// <summary>What one page may follow: what its identity may read, narrowed to what its ticket names.</summary>
internal sealed class SubscriberRights(
    Identity identity, string user, string? role, IReadOnlySet<string>? streams, DateTimeOffset expiresAt, ScannerOf scanners, CancellationToken ended)
    : ISubscriberRights
{
    public string User => user;

    public string? Role => role;

    public DateTimeOffset ExpiresAt => expiresAt;

    public CancellationToken Ended => ended;

    public ValueTask<bool> MaySubscribeAsync(StreamName name, CancellationToken cancellation) => MayAsync(Verb.Read, name, cancellation);

    public ValueTask<bool> MayPublishAsync(StreamName name, CancellationToken cancellation) => MayAsync(Verb.Operate, name, cancellation);

    private async ValueTask<bool> MayAsync(Verb verb, StreamName name, CancellationToken cancellation)
    {
        if (ended.IsCancellationRequested || streams?.Contains(name.ToString()) == false)
        {
            return false;
        }

        var what = new Resource(name.Kind, name.Id);
        return Rights.Allow(identity, verb, identity.Kind == IdentityKind.Kiosk ? await scanners.FindAsync(what, identity, cancellation) : what);
    }
}
