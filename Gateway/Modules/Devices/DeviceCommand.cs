using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Devices;

/// <summary>
/// A command that its scanner has not answered yet. Kept until it is answered or too old, and published again whenever the scanner subscribes.
/// </summary>
internal sealed record DeviceCommand
{
    public const string Delete = "delete";

    private const string Collection = "commands";
    private const string ExpiresIn = "expiresIn";

    /// <summary>Rises: what was said first is said first again.</summary>
    public required string Id { get; init; }

    public required string Device { get; init; }

    public required string Do { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public string? Enrollment { get; init; }

    public int? Slot { get; init; }

    public int? Scans { get; init; }

    public int? From { get; init; }

    /// <summary>How often a scanner has said that it could not.</summary>
    public int Refusals { get; init; }

    /// <summary>When it is said again though the scanner has not subscribed anew; null: not before that.</summary>
    public DateTimeOffset? Next { get; init; }

    public static DeviceCommand? Find(JournalTransaction transaction, string id) =>
        transaction.Documents.Find(Collection, id) is { } body ? ContractJson.Read<DeviceCommand>(body) : null;

    public static IEnumerable<DeviceCommand> Load(IJournal journal) =>
        journal.Documents(Collection).Select(kept => ContractJson.Read<DeviceCommand>(kept.Value));

    public void Keep(JournalTransaction transaction) => transaction.Documents.Put(Collection, Id, ContractJson.Write(this));

    public void Drop(JournalTransaction transaction) => transaction.Documents.Remove(Collection, Id);

    /// <summary>The payload of the contract; the remaining seconds are those of this delivery.</summary>
    public byte[] Payload(DateTimeOffset now) => ContractJson.Write(new Wire(
        Id, Do, Enrollment, Slot, Scans, From, Do == "enroll" ? Seconds(ExpiresAt - now) : null));

    /// <summary>A command that waited in a session tells the seconds that are left now.</summary>
    public static ReadOnlyMemory<byte> AtDelivery(string topic, ReadOnlyMemory<byte> payload, TimeSpan left)
    {
        if (DeviceMessage.Split(topic) is not [_, _, "commands"] || Encoding.UTF8.GetString(payload.Span) is not { } text || !text.Contains(ExpiresIn))
        {
            return payload;
        }

        try
        {
            if (JsonNode.Parse(text) is JsonObject command && command.ContainsKey(ExpiresIn))
            {
                command[ExpiresIn] = Seconds(left);
                return Encoding.UTF8.GetBytes(command.ToJsonString(ContractJson.Options));
            }
        }
        catch (JsonException)
        {
            // Somebody else's: it goes out as it came in.
            return payload;
        }

        return payload;
    }

    private static int Seconds(TimeSpan left) => Math.Max(0, (int)Math.Ceiling(left.TotalSeconds));

    private sealed record Wire(string Id, string Do, string? Enrollment, int? Slot, int? Scans, int? From, int? ExpiresIn);
}
