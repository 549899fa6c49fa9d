using System.Text;
using System.Text.Unicode;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules;

namespace Gateway.Intake;

/// <summary>What did not fit, kept whole with its reason, so that it is shown and never guessed.</summary>
internal static class Quarantine
{
    public const string Collection = "quarantine";

    public static void Keep(JournalTransaction transaction, string topic, ReadOnlyMemory<byte> payload, Refusal refusal)
    {
        var isText = Utf8.IsValid(payload.Span);
        var item = new QuarantinedMessage(
            transaction.NewId(),
            transaction.Now,
            topic.Split('/') is ["scanners", var device, ..] ? device : null,
            topic,
            isText ? Encoding.UTF8.GetString(payload.Span) : Convert.ToBase64String(payload.Span),
            isText ? null : true,
            refusal.Code,
            refusal.Message);
        transaction.Documents.Put(Collection, item.Id, ContractJson.Write(item));
    }

    public static IEnumerable<QuarantinedMessage> NewestFirst(IJournal journal) =>
        journal.Documents(Collection).Reverse().Select(kept => ContractJson.Read<QuarantinedMessage>(kept.Value));
}

/// <param name="Base64">True where the payload is no text.</param>
internal sealed record QuarantinedMessage(
    string Id, DateTimeOffset At, string? Device, string Topic, string Payload, bool? Base64, RefusalCode Code, string Message);
