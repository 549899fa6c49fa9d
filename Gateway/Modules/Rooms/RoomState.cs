namespace Gateway.Modules.Rooms;

/// <summary>A room as its events tell it: who takes part, and how much was said.</summary>
internal sealed record RoomState
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Who opened it; null where it was opened before this was kept.</summary>
    public string? By { get; init; }

    /// <summary>To all who have a right to rooms, until somebody is added.</summary>
    public bool Open { get; init; }

    public IReadOnlyList<Participant> Participants { get; init; } = [];

    /// <summary>Without those that were deleted.</summary>
    public long Messages { get; init; }

    public LastMessage? Last { get; init; }

    public required DateTimeOffset At { get; init; }

    public Participant? Find(string user) => Participants.FirstOrDefault(participant => participant.User == user);

    /// <summary>What somebody is in this room, or else anywhere.</summary>
    public string? RoleOf(RoomAuthor author) => Find(author.User)?.Role ?? author.Role;
}

internal sealed record Participant(string User, string? Role, DateTimeOffset Since);

internal sealed record LastMessage(string Id, string User, long Seq, DateTimeOffset At);
