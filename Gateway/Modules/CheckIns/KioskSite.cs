using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.CheckIns;

/// <summary>A kiosk shows who comes and goes where its scanner is, and nowhere else.</summary>
internal sealed class KioskSite(IJournalReader journal) : IKioskReach
{
    public string Kind => CheckInDesk.Kind;

    public async ValueTask<bool> ReachesAsync(Identity kiosk, string id, CancellationToken cancellation) =>
        await journal.SnapshotAsync(Devices.Devices.ChannelOf(kiosk.Scanner!), cancellation) is { } snapshot
        && ContractJson.Read<DeviceState>(snapshot.State.Span) is { Exists: true } device && device.Site == id;
}
