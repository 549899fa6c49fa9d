using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>Who may follow a room: who takes part in it, until they leave. The feed of all rooms is for staff, whom no rule binds.</summary>
internal sealed class RoomMembers(IJournalReader journal) : IChannelRule
{
    public string Kind => RoomDesk.Kind;

    /// <summary>Of a room that is not there the same as of one that is somebody else's.</summary>
    public async ValueTask<bool> MayFollowAsync(StreamName name, string user, CancellationToken cancellation) =>
        !name.IsFeed && await journal.SnapshotAsync(name.Channel, cancellation) is { } snapshot
        && RoomRules.MayRead(ContractJson.Read<RoomState>(snapshot.State.Span), user, isStaff: false);

    public bool MayEnd(StoredEvent stored, string user) => stored.Type switch
    {
        RoomEvents.Left => stored.Read<RoomEvents.MemberData>().User == user,
        RoomEvents.Joined => stored.Read<RoomEvents.MemberData>() is { Closes: true } joined && joined.User != user,
        _ => false,
    };
}
