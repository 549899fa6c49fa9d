using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Access;

/// <summary>The parts of access, put together as the product does, over one journal; made anew they are what a restart finds.</summary>
internal sealed class AccessParts(IJournal journal, string folder, TimeProvider time)
{
    public Accounts Accounts { get; } = new(journal, time);

    public DeviceSecrets Devices { get; } = new(journal, time);

    public AdminToken Admin => field ??= NewAdmin(new());

    public Standings Standings => field ??= new(Accounts, Sessions, Devices, Admin, time);

    public Sessions Sessions => field ??= NewSessions();

    public Sessions NewSessions() => new(journal, Accounts, Admin, time);

    public AdminToken NewAdmin(AccessOptions options) => new(options, new NewTokenFile(folder), journal, time);

    public AuditTrail Trail => field ??= SomeAudit.Trail(journal, time);

    public Homes Homes { get; } = new(journal, NullLogger<Homes>.Instance);

    public AuthThrottle NewThrottle(LimitsOptions? limits = null) =>
        new(limits ?? new(), new(limits ?? new(), time, NullLogger<LimitBook>.Instance), Homes, time);

    public Tickets NewTickets(AccessOptions options)
    {
        var guards = new ChannelGuards(new(journal, []), []);
        var access = new HttpAccess(
            options, NewAdmin(options), NewSessions(), Accounts, guards, NewThrottle(), Trail, new(journal, time), NullLogger<HttpAccess>.Instance);
        return new(access, Standings, guards, Trail, time);
    }
}
