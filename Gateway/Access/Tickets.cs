using System.Collections.Concurrent;
using Gateway.Channels;
using Gateway.Contract;

namespace Gateway.Access;

/// <summary>Tickets for WebSockets: single use, 30 seconds, with the rights of who asked, narrowed to what was named. In no log and no database.</summary>
internal sealed class Tickets(HttpAccess access, TimeProvider time) : ITicketDesk
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    // What a page may do without asking again.
    private static readonly TimeSpan RightsLifetime = TimeSpan.FromHours(1);

    // A flood of tickets that nobody uses costs bounded memory.
    private const int MaxOpen = 10_000;

    private const int Unauthenticated = 4401;

    // By hash, like every other secret.
    private readonly ConcurrentDictionary<string, Ticket> _open = new();

    /// <exception cref="RequestRefusedException">Too many are waiting to be used.</exception>
    public (string Secret, DateTimeOffset ExpiresAt) Issue(string user, string? role, IReadOnlyList<string>? streams)
    {
        var now = time.GetUtcNow();
        DropExpired(now);
        if (_open.Count >= MaxOpen)
        {
            throw new RequestRefusedException(
                StatusCodes.Status429TooManyRequests, "limited", "Too many tickets are waiting to be used; try again in half a minute.");
        }

        var secret = Secret.Make();
        var ticket = new Ticket(user, role, streams?.ToHashSet(StringComparer.Ordinal), now + Lifetime);
        _open[Secret.Hash(secret)] = ticket;
        return (secret, ticket.Until);
    }

    public TicketVerdict Redeem(string? ticket, HttpContext context)
    {
        if (string.IsNullOrEmpty(ticket))
        {
            return access.IsOpenTo(context)
                ? TicketVerdict.Granted(new Rights(Identity.Anonymous.Owner, null, null, RightsEnd))
                : TicketVerdict.Refused(Unauthenticated);
        }

        return _open.TryRemove(Secret.Hash(ticket), out var found) && found.Until > time.GetUtcNow()
            ? TicketVerdict.Granted(new Rights(found.User, found.Role, found.Streams, RightsEnd))
            : TicketVerdict.Refused(Unauthenticated);
    }

    public ISubscriberRights RightsOf(HttpContext context) => new Rights(HttpAccess.IdentityOf(context).Owner, null, null, RightsEnd);

    private DateTimeOffset RightsEnd => time.GetUtcNow() + RightsLifetime;

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

    /// <param name="Streams">Null: every one.</param>
    private sealed record Ticket(string User, string? Role, IReadOnlySet<string>? Streams, DateTimeOffset Until);

    private sealed class Rights(string user, string? role, IReadOnlySet<string>? streams, DateTimeOffset expiresAt) : ISubscriberRights
    {
        public string User => user;

        public string? Role => role;

        public DateTimeOffset ExpiresAt => expiresAt;

        public bool MaySubscribe(StreamName name) => streams is null || streams.Contains(name.ToString());

        public bool MayPublish(StreamName name) => MaySubscribe(name);
    }
}
