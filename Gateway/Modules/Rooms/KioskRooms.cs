using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>A kiosk reads and speaks in the rooms that it opened itself: its calls for help.</summary>
internal sealed class KioskRooms(IJournalReader journal) : IKioskReach
{
    public string Kind => RoomDesk.Kind;

    public async ValueTask<bool> ReachesAsync(Identity kiosk, string id, CancellationToken cancellation) =>
        ChannelName.TryParse($"{RoomDesk.Kind}/{id}", out var channel) && await journal.SnapshotAsync(channel, cancellation) is { } snapshot
        && ContractJson.Read<RoomState>(snapshot.State.Span).By == kiosk.Shown;
}
