using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules;

namespace Gateway.Intake;

/// <summary>What did not fit, kept whole with its reason, so that it is shown and never guessed. Changed only inside transactions.</summary>
internal static class Quarantine
{
    public const string Collection = "quarantine";

    private const string Counts = "quarantine-counts";

    public static string NameOf(RefusalCode code) => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());

    /// <param name="device">Whose it is, where the message itself could tell.</param>
    /// <param name="by">Who published it.</param>
    public static void Keep(JournalTransaction transaction, string topic, ReadOnlyMemory<byte> payload, Refusal refusal, string? device, string? by)
    {
        var isText = Utf8.IsValid(payload.Span);
        Put(transaction, new(
            transaction.NewId(),
            transaction.Now,
            device ?? (topic.Split('/') is ["scanners", var named, ..] ? named : null),
            topic,
            isText ? Encoding.UTF8.GetString(payload.Span) : Convert.ToBase64String(payload.Span),
            isText ? null : true,
            refusal.Code,
            refusal.Message,
            by));
    }

    public static void Put(JournalTransaction transaction, QuarantinedMessage item)
    {
        transaction.Documents.Put(Collection, item.Id, ContractJson.Write(item));
        Count(transaction, item.Code, 1);
    }

    public static void Remove(JournalTransaction transaction, QuarantinedMessage item)
    {
        transaction.Documents.Remove(Collection, item.Id);
        Count(transaction, item.Code, -1);
    }

    public static QuarantinedMessage? Find(JournalTransaction transaction, string id) =>
        transaction.Documents.Find(Collection, id) is { } body ? Read(body) : null;

    public static QuarantinedMessage? Find(IJournal journal, string id) => journal.Document(Collection, id) is { } body ? Read(body) : null;

    public static QuarantinedMessage Read(byte[] body) => ContractJson.Read<QuarantinedMessage>(body);

    /// <summary>How many there are of each code; codes of which there are none are left out.</summary>
    public static SortedDictionary<string, long> CountsOf(IJournal journal) =>
        new(journal.Documents(Counts).ToDictionary(kept => kept.Key, kept => ContractJson.Read<long>(kept.Value)), StringComparer.Ordinal);

    private static void Count(JournalTransaction transaction, RefusalCode code, int by)
    {
        var name = NameOf(code);
        var count = (transaction.Documents.Find(Counts, name) is { } body ? ContractJson.Read<long>(body) : 0) + by;
        if (count > 0)
        {
            transaction.Documents.Put(Counts, name, ContractJson.Write(count));
        }
        else
        {
            transaction.Documents.Remove(Counts, name);
        }
    }
}

/// <param name="Base64">True where the payload is no text.</param>
/// <param name="By">Who published it.</param>
internal sealed record QuarantinedMessage(
    string Id,
    DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Device,
    string Topic,
    string Payload,
    bool? Base64,
    RefusalCode Code,
    string Message,
    string? By)
{
    public byte[] ToBytes() => Base64 == true ? Convert.FromBase64String(Payload) : Encoding.UTF8.GetBytes(Payload);
}
