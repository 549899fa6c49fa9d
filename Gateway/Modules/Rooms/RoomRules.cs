using Gateway.Contract;

namespace Gateway.Modules.Rooms;

/// <param name="User">From the credentials, never from a body.</param>
/// <param name="IsStaff">Whoever runs the place, and programs with a key of their own: they need not take part.</param>
internal sealed record RoomAuthor(string User, string? Role = null, bool IsStaff = false);

/// <summary>Who may do what in a room: pure. It comes on top of the right to rooms.</summary>
internal static class RoomRules
{
    /// <summary>Who opened it stays in it: somebody who called for help hears the answer, whoever else is called in.</summary>
    public static bool MayRead(RoomState room, string user, bool isStaff) => isStaff || room.Open || TakesPart(room, user);

    public static bool TakesPart(RoomState room, string user) => room.By == user || room.Find(user) is not null;

    /// <summary>Whether somebody should have acknowledged it by now. Who wrote it knows it; who came later has had less time.</summary>
    /// <param name="before">What was said, or they came, at this moment or earlier has had its time.</param>
    public static bool IsOverdue(SaidMessage message, Party party, long acknowledged, DateTimeOffset before) =>
        message.Seq > acknowledged && message.Author != party.User && message.At <= before && party.Since <= before;

    public static RequestRefusedException? MaySpeak(RoomState room, RoomAuthor author) => MayRead(room, author.User, author.IsStaff)
        ? null
        : new(StatusCodes.Status403Forbidden, "forbidden", $"{author.User} does not take part in this room.");

    public static RequestRefusedException? MayChange(RoomState room, KeptMessage message, RoomAuthor author) =>
        MaySpeak(room, author)
        ?? (message.IsDeleted ? new(StatusCodes.Status409Conflict, "deleted", "This message was deleted.")
        : author.IsStaff || message.User == author.User ? null
        : new(StatusCodes.Status403Forbidden, "forbidden", "Only who wrote a message changes it."));
}
