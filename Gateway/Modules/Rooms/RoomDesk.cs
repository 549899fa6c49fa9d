using System.Text.Json;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>Carries out what is asked of a room, inside a transaction. Used only by the writer loop.</summary>
internal static class RoomDesk
{
    public const string Kind = "rooms";
    public const int MaxParticipants = 1_000;

    /// <summary>By "room/message": who wrote it and what it says now.</summary>
    public const string Messages = "rooms-messages";

    /// <summary>By room: who took part in it and does no more.</summary>
    public const string Leavers = "rooms-left";

    // Of a room; who left longest ago goes first.
    private const int MaxLeavers = 4_096;

    public static ChannelName ChannelOf(string room) => ChannelName.Of(Kind, room);

    public static RoomState? Find(JournalTransaction transaction, string room) =>
        ChannelName.TryParse($"{Kind}/{room}", out var channel) ? transaction.State<RoomState>(channel) : null;

    public static RoomState Create(JournalTransaction transaction, string name, IReadOnlyList<(string User, string? Role)> participants, string by)
    {
        var channel = ChannelOf(transaction.NewId());
        transaction.Append(channel, EventDraft.Of(RoomEvents.Created, new RoomEvents.CreatedData(name, by)));
        foreach (var (user, role) in participants)
        {
            Add(transaction, channel, user, role, by);
        }

        return transaction.State<RoomState>(channel)!;
    }

    /// <summary>Who is there already in this role joins no second time.</summary>
    public static (RoomState? State, RequestRefusedException? Refusal) Join(JournalTransaction transaction, string room, string user, string? role, string by)
    {
        if (Find(transaction, room) is not { } state)
        {
            return (null, RequestRefusedException.Unknown("room", room));
        }

        var known = state.Find(user);
        if (known is null && state.Participants.Count >= MaxParticipants)
        {
            return (null, new(StatusCodes.Status409Conflict, "room_full", $"A room has at most {MaxParticipants} participants."));
        }

        if (known is null || known.Role != role)
        {
            Add(transaction, ChannelOf(room), user, role, by);
        }

        return (Find(transaction, room), null);
    }

    public static RequestRefusedException? Leave(JournalTransaction transaction, string room, string user, string by)
    {
        if (Find(transaction, room) is not { } state)
        {
            return RequestRefusedException.Unknown("room", room);
        }

        if (state.Find(user) is not { } known)
        {
            return RequestRefusedException.Unknown("participant", user);
        }

        var stored = transaction.Append(ChannelOf(room), EventDraft.Of(RoomEvents.Left, new RoomEvents.MemberData(user, known.Role, by)));
        var gone = Gone(transaction.Documents.Find(Leavers, room));
        gone[user] = new(known.Role, stored.Seq, stored.At, by);
        if (gone.Count > MaxLeavers)
        {
            gone.Remove(gone.MinBy(leaver => leaver.Value.Seq).Key);
        }

        transaction.Documents.Put(Leavers, room, ContractJson.Write(gone));
        return null;
    }

    /// <summary>By user, as they left last; whoever is back is a participant as well.</summary>
    public static Dictionary<string, Leaver> Gone(IJournal journal, string room) => Gone(journal.Document(Leavers, room));

    private static Dictionary<string, Leaver> Gone(byte[]? body) => body is null ? [] : ContractJson.Read<Dictionary<string, Leaver>>(body);

    /// <summary>A key counts for who used it: two people who call their first message the same have said two things.</summary>
    public static (Spoken? Spoken, RequestRefusedException? Refusal) Say(
        JournalTransaction transaction, string room, RoomAuthor author, JsonElement data, string? key)
    {
        if (Find(transaction, room) is not { } state)
        {
            return (null, RequestRefusedException.Unknown("room", room));
        }

        if (RoomRules.MaySpeak(state, author) is { } refusal)
        {
            return (null, refusal);
        }

        var channel = ChannelOf(room);
        var scope = $"{channel} {author.User}";
        if (key is not null && transaction.Seen(scope, key) is { } seen)
        {
            var first = seen.Fingerprint.Split(' ');
            return (new(first[1], long.Parse(first[0]), state.At, state, IsRepeat: true), null);
        }

        var id = transaction.NewId();
        var role = state.RoleOf(author);
        var stored = transaction.Append(channel, EventDraft.Of(RoomEvents.Message, new RoomEvents.MessageData(id, author.User, role, data, key)));
        transaction.Documents.Put(Messages, KeyOf(room, id), ContractJson.Write(new KeptMessage(author.User, stored.Seq)
        {
            Role = role,
            Key = key,
            Position = stored.Position,
        }));
        if (key is not null)
        {
            transaction.Remember(scope, key, stored.Position, $"{stored.Seq} {id}");
        }

        return (new(id, stored.Seq, stored.At, Find(transaction, room)!, IsRepeat: false), null);
    }

    /// <param name="data">Null deletes it.</param>
    public static (Changed? Changed, RequestRefusedException? Refusal) Change(
        JournalTransaction transaction, string room, string message, RoomAuthor author, JsonElement? data)
    {
        if (transaction.Documents.Find(Messages, KeyOf(room, message)) is not { } body)
        {
            return (null, RequestRefusedException.Unknown("message", message));
        }

        var kept = ContractJson.Read<KeptMessage>(body);
        var state = Find(transaction, room)!;
        if (RoomRules.MayChange(state, kept, author) is { } refusal)
        {
            return (null, refusal);
        }

        var draft = data is { } anew
            ? EventDraft.Of(RoomEvents.Edited, new RoomEvents.EditedData(message, author.User, anew))
            : EventDraft.Of(RoomEvents.Deleted, new RoomEvents.DeletedData(message, author.User));
        var stored = transaction.Append(ChannelOf(room), draft);
        var changed = data is null ? kept with { DeletedAt = stored.At, Data = null, Key = null, Edits = [] }
            : kept with { EditedAt = stored.At, Data = data, Edits = [.. kept.Edits ?? [], new(stored.Position, author.User)] };
        if (data is null)
        {
            Silence(transaction, message, kept);
        }

        transaction.Documents.Put(Messages, KeyOf(room, message), ContractJson.Write(changed));
        return (new(stored, kept.Seq, state.RoleOf(author)), null);
    }

    /// <summary>Who deletes something means its words, wherever they are kept: the events that told them stay, without them.</summary>
    private static void Silence(JournalTransaction transaction, string message, KeptMessage kept)
    {
        if (kept.Position is { } position)
        {
            transaction.Rewrite(position, ContractJson.Write(new RoomEvents.MessageData(message, kept.User, kept.Role, Data: null, kept.Key)));
        }

        foreach (var edit in kept.Edits ?? [])
        {
            transaction.Rewrite(edit.Position, ContractJson.Write(new RoomEvents.EditedData(message, edit.User, Data: null)));
        }
    }

    private static void Add(JournalTransaction transaction, ChannelName channel, string user, string? role, string by)
    {
        bool? closes = transaction.State<RoomState>(channel)!.Open ? true : null;
        transaction.Append(channel, EventDraft.Of(RoomEvents.Joined, new RoomEvents.MemberData(user, role, by, closes)));
    }

    public static string KeyOf(string room, string message) => $"{room}/{message}";
}

/// <summary>A message that is on disk.</summary>
internal sealed record Spoken(string Id, long Seq, DateTimeOffset At, RoomState State, bool IsRepeat);

/// <summary>A message that was edited or deleted.</summary>
/// <param name="Seq">Of the message.</param>
/// <param name="Role">Of who did it, in this room.</param>
internal sealed record Changed(StoredEvent Stored, long Seq, string? Role);

/// <param name="Data">What it says now, where that is not what its event says.</param>
internal sealed record KeptMessage(string User, long Seq, JsonElement? Data = null, DateTimeOffset? EditedAt = null, DateTimeOffset? DeletedAt = null)
{
    public string? Role { get; init; }

    public string? Key { get; init; }

    /// <summary>Of the event that told it; null where it was told before this was kept.</summary>
    public long? Position { get; init; }

    public IReadOnlyList<KeptEdit>? Edits { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsDeleted => DeletedAt is not null;
}

internal sealed record KeptEdit(long Position, string User);

/// <param name="Seq">Of the event that told it.</param>
/// <param name="By">Who took them out; themselves, where they left.</param>
internal sealed record Leaver(string? Role, long Seq, DateTimeOffset At, string By);
