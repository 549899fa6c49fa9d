using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>Who may follow a room: who takes part in it, until they leave. The feed of all rooms is for staff, whom no rule binds.</summary>
internal sealed class RoomMembers(IJournal journal) : IChannelRule
{
    public string Kind => RoomDesk.Kind;

    /// <summary>Of a room that is not there the same as of one that is somebody else's.</summary>
    public async ValueTask<ICircle?> OfAsync(StreamName name, CancellationToken cancellation) =>
        !name.IsFeed && await journal.SnapshotAsync(name.Channel, cancellation) is { } snapshot
            ? new RoomCircle(journal, ContractJson.Read<RoomState>(snapshot.State.Span))
            : null;

    public bool MayEnd(StoredEvent stored, string user) => stored.Type switch
    {
        RoomEvents.Left => stored.Read<RoomEvents.MemberData>().User == user,
        RoomEvents.Joined => stored.Read<RoomEvents.MemberData>() is { Closes: true } joined && joined.User != user,
        _ => false,
    };
}

/// <summary>The people of one room.</summary>
internal sealed class RoomCircle(IJournal journal, RoomState room) : ICircle
{
    public IEnumerable<string> Named => room.Participants.Select(participant => participant.User);

    public bool MayFollow(string user) => RoomRules.MayRead(room, user, isStaff: false);

    public bool TakesPart(string user) => RoomRules.TakesPart(room, user);

    /// <summary>Who has just left is told of in the role that they had.</summary>
    public string? RoleOf(string user) => room.Find(user) is { } participant ? participant.Role : RoomDesk.Gone(journal, room.Id).GetValueOrDefault(user)?.Role;
}
