using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.People;

/// <summary>A kiosk greets by name whoever has a finger on a scanner of its site.</summary>
internal sealed class KioskPeople(IJournal journal) : IKioskReach
{
    public string Kind => PeopleRecords.People;

    public async ValueTask<bool> ReachesAsync(Identity kiosk, string id, CancellationToken cancellation)
    {
        // An encoded slash stays encoded in the path that is judged, and then could be another person's name.
        if (id.Contains('%', StringComparison.Ordinal) || PeopleRecords.Find(journal, id) is not { } person)
        {
            return false;
        }

        var site = await SiteOfAsync(kiosk.Scanner!, cancellation);
        foreach (var device in person.Fingers.Select(finger => finger.Device).Distinct())
        {
            if (site is not null && await SiteOfAsync(device, cancellation) == site)
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<string?> SiteOfAsync(string device, CancellationToken cancellation) =>
        await journal.SnapshotAsync(Devices.Devices.ChannelOf(device), cancellation) is { } snapshot
        && ContractJson.Read<DeviceState>(snapshot.State.Span) is { Exists: true } state ? state.Site : null;
}
