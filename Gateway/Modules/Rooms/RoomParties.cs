using Gateway.Channels;

namespace Gateway.Modules.Rooms;

/// <summary>Somebody who is to get what is said in a room.</summary>
/// <param name="Since">What was said before they came is theirs from then on.</param>
internal sealed record Party(string User, string? Role, DateTimeOffset Since);

/// <summary>
/// Who is to get what is said in a room: those who take part, and who opened it as soon as they follow it. In an open room, where nobody was named,
/// those who have followed it.
/// </summary>
internal static class RoomParties
{
    public static IReadOnlyList<Party> Of(RoomState room, ILookup<string?, ReceiptLine> lines) =>
    [
        .. room.Participants.Select(participant => new Party(participant.User, participant.Role, participant.Since)),
        .. lines.Where(own => own.Key is { } user && room.Find(user) is null && (room.Open || room.By == user))
            .Select(own => new Party(own.Key!, Role: null, own.Min(line => line.Since) ?? DateTimeOffset.MinValue)),
    ];

    /// <summary>How far one of them has acknowledged, on whatever page.</summary>
    public static long Acknowledged(IEnumerable<ReceiptLine> lines) => lines.Select(line => line.Acknowledged).DefaultIfEmpty().Max();
}
