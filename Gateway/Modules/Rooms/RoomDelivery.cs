using System.Text.Json.Serialization;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>One message on its way to one participant.</summary>
/// <param name="IsThere">Whether they follow the room at this moment.</param>
/// <param name="Connected">Since when they were connected when it was sent; null where it was not.</param>
internal sealed record Delivery(
    string User,
    string? Role,
    bool IsThere,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Connected,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Sent,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Acknowledged,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Read,
    bool Slow);

/// <summary>Who of a room got what, and when: the receipts of the channel, by participant.</summary>
internal sealed class RoomDelivery(IJournal journal, Receipts receipts, RoomsOptions options, TimeProvider time)
{
    /// <summary>Null when there is no such message.</summary>
    public async Task<(KeptMessage Message, IReadOnlyList<Delivery> Deliveries)?> OfAsync(string room, string message, CancellationToken cancellation)
    {
        if (!ChannelName.TryParse($"{RoomDesk.Kind}/{room}", out var channel)
            || journal.Document(RoomDesk.Messages, RoomDesk.KeyOf(room, message)) is not { } body
            || await journal.SnapshotAsync(channel, cancellation) is not { } snapshot
            || await journal.ReadAsync(channel, ContractJson.Read<KeptMessage>(body).Seq - 1, 1, cancellation) is not [var stored])
        {
            return null;
        }

        var kept = ContractJson.Read<KeptMessage>(body);
        var state = ContractJson.Read<RoomState>(snapshot.State.Span);
        var marks = journal.Document(RoomDesk.Marks, room) is { } read ? ContractJson.Read<Dictionary<string, ReadMark>>(read) : [];
        var lines = (await receipts.OfAsync(StreamName.Of(channel), cancellation)).ToLookup(line => line.User);
        var isOld = stored.At <= time.GetUtcNow() - options.Slow;
        return (kept, [.. state.Participants.Select(participant =>
            Of(participant, kept, lines[participant.User], marks.GetValueOrDefault(participant.User), isOld))]);
    }

    private static Delivery Of(Participant participant, KeptMessage message, IEnumerable<ReceiptLine> lines, ReadMark? mark, bool isOld)
    {
        // With several pages open, the first to have it counts.
        var all = lines.Select(line => (Receipt: line.Of(message.Seq), line.IsOpen)).ToList();
        var acknowledged = all.Min(line => line.Receipt.Acknowledged);
        return new(
            participant.User,
            participant.Role,
            all.Any(line => line.IsOpen),
            all.Where(line => line.Receipt.Sent is not null).Min(line => line.Receipt.Connected),
            all.Min(line => line.Receipt.Sent),
            acknowledged,
            mark?.Seq >= message.Seq ? mark.At : null,
            isOld && acknowledged is null && participant.User != message.User);
    }
}
