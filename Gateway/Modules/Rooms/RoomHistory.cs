using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>A message as it is now.</summary>
/// <param name="Data">Null where it was deleted.</param>
internal sealed record ShownMessage(
    long Seq,
    string Id,
    string User,
    string? Role,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? Data,
    DateTimeOffset At,
    DateTimeOffset? EditedAt,
    DateTimeOffset? DeletedAt);

/// <summary>What was said in a room, paged backwards, with edits and deletions applied.</summary>
internal sealed class RoomHistory(IJournal journal)
{
    private const int Window = 200;

    // So that a room in which people come and go for days costs one answer no more than this.
    private const int MaxWindows = 50;

    /// <summary>Newest first; the mark for the page before it is null when there is none. Null: no such room.</summary>
    public async Task<(IReadOnlyList<ShownMessage> Items, long? Next)?> ReadAsync(string room, long? before, int limit, CancellationToken cancellation)
    {
        if (!ChannelName.TryParse($"{RoomDesk.Kind}/{room}", out var channel) || await journal.SnapshotAsync(channel, cancellation) is not { } snapshot)
        {
            return null;
        }

        var items = new List<ShownMessage>();
        var end = Math.Min(before ?? long.MaxValue, snapshot.Seq + 1);
        for (var windows = 0; windows < MaxWindows && end > snapshot.OldestSeq; windows++)
        {
            var start = Math.Max(snapshot.OldestSeq, end - Window);
            var events = await journal.ReadAsync(channel, start - 1, (int)(end - start), cancellation);
            foreach (var stored in events.Reverse().Where(stored => stored.Type == RoomEvents.Message))
            {
                items.Add(Shown(room, stored));
                if (items.Count == limit)
                {
                    return (items, stored.Seq > snapshot.OldestSeq ? stored.Seq : null);
                }
            }

            end = start;
        }

        return (items, end > snapshot.OldestSeq ? end : null);
    }

    private ShownMessage Shown(string room, StoredEvent stored)
    {
        var said = stored.Read<RoomEvents.MessageData>();
        var kept = journal.Document(RoomDesk.Messages, RoomDesk.KeyOf(room, said.Id)) is { } body ? ContractJson.Read<KeptMessage>(body) : null;
        return new(
            stored.Seq,
            said.Id,
            said.User,
            said.Role,
            kept?.IsDeleted == true ? null : kept?.Data ?? said.Data,
            stored.At,
            kept?.EditedAt,
            kept?.DeletedAt);
    }
}
