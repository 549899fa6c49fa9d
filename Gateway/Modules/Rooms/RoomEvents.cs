using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>The event types of the contract, and nothing else, are on a room's channel.</summary>
internal static class RoomEvents
{
    public const string Created = "created";
    public const string Joined = "joined";
    public const string Left = "left";
    public const string Message = "message";
    public const string Edited = "edited";
    public const string Deleted = "deleted";

    internal sealed record CreatedData(string Name, string By);

    /// <summary>Of joined and left.</summary>
    /// <param name="By">Who brought them in or out.</param>
    /// <param name="Closes">The first to join: until then the room was open to everybody.</param>
    internal sealed record MemberData(string User, string? Role, string By, bool? Closes = null);

    /// <param name="Data">Null once the message was deleted, as in its edits.</param>
    internal sealed record MessageData(
        string Id, string User, string? Role, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? Data, string? Key);

    internal sealed record EditedData(
        string Message, string User, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? Data);

    internal sealed record DeletedData(string Message, string User);

    /// <summary>What the fold needs of a message: not what was said.</summary>
    internal sealed record MessageHead(string Id, string User);
}

/// <summary>Folds a room's events into its state: pure, no clock.</summary>
internal sealed class RoomKind() : ChannelKind<RoomState>("rooms")
{
    public override bool KeepsReceipts => true;

    public override RoomState Fold(RoomState? state, StoredEvent next) => next.Type == RoomEvents.Created
        ? Opened(next, next.Read<RoomEvents.CreatedData>())
        : Continue(state ?? throw new InvalidOperationException($"{next.Channel} begins with '{next.Type}'"), next) with { At = next.At };

    private static RoomState Opened(StoredEvent next, RoomEvents.CreatedData data) =>
        new() { Id = next.Channel.Id, Name = data.Name, By = data.By, Open = true, At = next.At };

    private static RoomState Continue(RoomState state, StoredEvent next) => next.Type switch
    {
        RoomEvents.Message => Said(state, next, next.Read<RoomEvents.MessageHead>()),
        RoomEvents.Joined => Joined(state, next.Read<RoomEvents.MemberData>(), next.At),
        RoomEvents.Left => state with { Participants = Without(state, next.Read<RoomEvents.MemberData>().User) },
        RoomEvents.Edited => state,
        RoomEvents.Deleted => state with { Messages = state.Messages - 1 },
        _ => throw new InvalidOperationException($"'{next.Type}' is no event of a room"),
    };

    private static RoomState Said(RoomState state, StoredEvent next, RoomEvents.MessageHead head) =>
        state with { Messages = state.Messages + 1, Last = new(head.Id, head.User, next.Seq, next.At) };

    // Who gets another role has been there since before.
    private static RoomState Joined(RoomState state, RoomEvents.MemberData data, DateTimeOffset at) =>
        state with
        {
            Open = false,
            Participants = [.. Without(state, data.User), new(data.User, data.Role, state.Find(data.User)?.Since ?? at)],
        };

    private static IReadOnlyList<Participant> Without(RoomState state, string user) =>
        [.. state.Participants.Where(participant => participant.User != user)];
}
