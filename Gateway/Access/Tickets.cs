using System.Collections.Concurrent;
using System.Net;
using Gateway.Channels;
using Gateway.Contract;

namespace Gateway.Access;

/// <summary>Tickets for WebSockets: single use, 30 seconds, with the rights of who asked, narrowed to what was named. In no log and no database.</summary>
internal sealed class Tickets(HttpAccess access, Standings standings, ChannelGuards guards, AuditTrail trail, TimeProvider time) : ITicketDesk
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    // What a page may do without asking again.
    private static readonly TimeSpan RightsLifetime = TimeSpan.FromHours(1);

    // A flood of tickets that nobody uses costs bounded memory, and one identity's flood leaves the others their share.
    private const int MaxOpen = 10_000;
    private const int MaxOpenOfOne = 5_000;

    private const int Unauthenticated = 4401;

    // By hash, like every other secret.
    private readonly ConcurrentDictionary<string, Ticket> _open = new();

    /// <param name="owner">Who asks: its rights are the ticket's.</param>
    /// <param name="user">Whom it is for; null: the owner.</param>
    /// <param name="credential">By which the owner came in: its end is the end of what the ticket opened.</param>
    /// <exception cref="RequestRefusedException">Too many are waiting to be used.</exception>
    public (string Secret, DateTimeOffset ExpiresAt) Issue(
        Identity owner, string? user, string? role, IReadOnlyList<string>? streams, string? credential = null)
    {
        var now = time.GetUtcNow();
        DropExpired(now);
        if (_open.Count >= MaxOpen || (_open.Count >= MaxOpenOfOne && _open.Values.Count(open => open.Owner.Owner == owner.Owner) >= MaxOpenOfOne))
        {
            throw new RequestRefusedException(
                StatusCodes.Status429TooManyRequests, "limited", "Too many tickets are waiting to be used; try again in half a minute.");
        }

        var secret = Secret.Make();
        var narrowed = streams?.ToHashSet(StringComparer.Ordinal);
        var ticket = new Ticket(owner, user ?? owner.Shown, role ?? RoleOf(owner), narrowed, now + Lifetime, standings.Of(owner, credential));
        _open[Secret.Hash(secret)] = ticket;
        return (secret, ticket.Until);
    }

    public TicketVerdict Redeem(string? ticket, HttpContext context)
    {
        if (string.IsNullOrEmpty(ticket))
        {
            return access.IsOpenTo(context)
                ? TicketVerdict.Granted(Rights(Identity.Anonymous))
                : TicketVerdict.Refused(Unauthenticated);
        }

        // As long as the socket: the request itself is gone by then.
        var remote = context.Connection.RemoteIpAddress;
        return _open.TryRemove(Secret.Hash(ticket), out var found) && found.Until > time.GetUtcNow() && !found.Ended.IsCancellationRequested
            ? TicketVerdict.Granted(new SubscriberRights(found.Owner, found.User, found.Role, found.Streams, RightsEnd, guards, found.Ended)
            {
                PublishRefused = channel => Tell(found.Owner, channel, remote),
            })
            : TicketVerdict.Refused(Unauthenticated);
    }

    private void Tell(Identity owner, string channel, IPAddress? remote) => trail.Refuse(
        new(owner.Owner, "PUBLISH", channel, channel, StatusCodes.Status403Forbidden, Network.Text(remote)), remote, isProven: true);

    public ISubscriberRights RightsOf(HttpContext context) => Rights(HttpAccess.IdentityOf(context), HttpAccess.CredentialOf(context));

    private DateTimeOffset RightsEnd => time.GetUtcNow() + RightsLifetime;

    private SubscriberRights Rights(Identity identity, string? credential = null) =>
        new(identity, identity.Shown, RoleOf(identity), streams: null, RightsEnd, guards, standings.Of(identity, credential));

    private static string? RoleOf(Identity identity) => identity.Kind == IdentityKind.User ? identity.Role.ToString().ToLowerInvariant() : null;

    private void DropExpired(DateTimeOffset now)
    {
        foreach (var (hash, ticket) in _open)
        {
            if (ticket.Until <= now)
            {
                _open.TryRemove(hash, out _);
            }
        }
    }

    /// <param name="Streams">Null: every one that its owner may follow.</param>
    private sealed record Ticket(
        Identity Owner, string User, string? Role, IReadOnlySet<string>? Streams, DateTimeOffset Until, CancellationToken Ended);
}
