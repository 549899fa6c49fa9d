using Gateway.Access;
using Gateway.Contract;

namespace Gateway.Modules.Rooms;

/// <param name="User">From the credentials, never from a body.</param>
internal sealed record RoomAuthor(string User, string? Role = null)
{
    private const string ServicePrefix = "key:";

    /// <summary>Whoever runs the place, and programs with a key of their own, need not take part to speak.</summary>
    public bool IsStaff => User == Identity.Admin.Owner || User == Identity.Anonymous.Owner || User.StartsWith(ServicePrefix, StringComparison.Ordinal);
}

/// <summary>Who may do what in a room: pure. Who may see it at all is decided by the rights to its channel.</summary>
internal static class RoomRules
{
    /// <summary>A room to which nobody was added is open to all who have a right to its channel.</summary>
    public static RequestRefusedException? MaySpeak(RoomState room, RoomAuthor author) =>
        room.Participants.Count == 0 || author.IsStaff || room.Find(author.User) is not null
            ? null
            : new(StatusCodes.Status403Forbidden, "forbidden", $"{author.User} does not take part in this room.");

    public static RequestRefusedException? MayChange(KeptMessage message, RoomAuthor author) =>
        message.IsDeleted ? new(StatusCodes.Status409Conflict, "deleted", "This message was deleted.")
        : author.IsStaff || message.User == author.User ? null
        : new(StatusCodes.Status403Forbidden, "forbidden", "Only who wrote a message changes it.");
}
