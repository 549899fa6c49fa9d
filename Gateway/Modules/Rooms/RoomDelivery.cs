using System.Text.Json.Serialization;
using Gateway.Channels;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Rooms;

/// <summary>One message on its way to one person.</summary>
/// <param name="Left">When they ceased to take part; what they were sent until then stays true.</param>
/// <param name="IsThere">Whether they follow the room at this moment.</param>
/// <param name="Connected">Since when they were connected when it was sent; null where it was not.</param>
internal sealed record Delivery(
    string User,
    string? Role,
    DateTimeOffset? Left,
    bool IsThere,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Connected,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Sent,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Acknowledged,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Read,
    bool Slow);

/// <summary>Who of a room got what, and when: the receipts of the channel, by person.</summary>
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
        var said = new SaidMessage(message, kept.Seq, kept.User, stored.At);
        var lines = (await receipts.OfAsync(StreamName.Of(channel), cancellation)).ToLookup(line => line.User);
        var parties = RoomParties.Of(ContractJson.Read<RoomState>(snapshot.State.Span), lines);
        var now = time.GetUtcNow();
        return (kept,
        [
            .. parties.Select(party => Of(party, lines[party.User], kept.Seq) with
            {
                Slow = !kept.IsDeleted && RoomRules.IsOverdue(said, party, RoomParties.Acknowledged(lines[party.User]), now - options.Slow),
            }),
            .. RoomDesk.Gone(journal, room).Where(gone => gone.Value.Seq > kept.Seq && parties.All(party => party.User != gone.Key))
                .Select(gone => Of(new(gone.Key, gone.Value.Role, gone.Value.At), lines[gone.Key], kept.Seq) with { Left = gone.Value.At }),
        ]);
    }

    private static Delivery Of(Party party, IEnumerable<ReceiptLine> lines, long seq)
    {
        // With several pages open, the first to have it counts.
        var all = lines.Select(line => (Receipt: line.Of(seq), line.IsOpen)).ToList();
        return new(
            party.User,
            party.Role,
            Left: null,
            all.Any(line => line.IsOpen),
            all.Where(line => line.Receipt.Sent is not null).Min(line => line.Receipt.Connected),
            all.Min(line => line.Receipt.Sent),
            all.Min(line => line.Receipt.Acknowledged),
            all.Min(line => line.Receipt.Read),
            Slow: false);
    }
}
