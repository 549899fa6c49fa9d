using System.Text.Json.Serialization;
using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Webhooks;

/// <summary>Somebody who is told of what happens, by a POST to their address.</summary>
/// <param name="Secret">Sealed; shown once when it was made.</param>
/// <param name="By">Who made it; null is the admin.</param>
internal sealed record Webhook(string Id, string Url, IReadOnlyList<string> Events, DateTimeOffset At, string Secret, Holder? By = null);

internal enum DeliveryStatus
{
    Pending,
    Delivered,

    /// <summary>Given up.</summary>
    Failed,
}

/// <summary>One event on its way to one webhook. Made in the commit of the event itself.</summary>
internal sealed record Delivery
{
    /// <summary>Rises in the order of events; the same over all attempts, so that its receiver knows a repeat.</summary>
    public required string Id { get; init; }

    public required string Channel { get; init; }

    public required string Type { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What is posted.</summary>
    public required string Body { get; init; }

    public DeliveryStatus Status { get; init; }

    public int Attempts { get; init; }

    /// <summary>When it is tried next; null is now, or never once it is finished.</summary>
    public DateTimeOffset? Next { get; init; }

    public DateTimeOffset? LastAt { get; init; }

    /// <summary>What the receiver answered; null when it did not.</summary>
    public int? LastStatus { get; init; }

    public string? LastError { get; init; }

    public int? LastMilliseconds { get; init; }

    /// <summary>Asked for again by hand: it counts its time from then.</summary>
    public DateTimeOffset? RenewedAt { get; init; }

    [JsonIgnore]
    public DateTimeOffset Since => RenewedAt ?? At;
}

/// <summary>The records of webhooks: who they are, what waits for each, and what became of the rest. Changed only inside transactions.</summary>
internal static class WebhookRecords
{
    // One record for all: there are a few, and each event of the right kind looks at it.
    private const string Collection = "webhooks";
    private const string Key = "all";

    public static IReadOnlyList<Webhook> All(JournalTransaction transaction) => Read(transaction.Documents.Find(Collection, Key));

    public static IReadOnlyList<Webhook> All(IJournal journal) => Read(journal.Document(Collection, Key));

    public static void Put(JournalTransaction transaction, IReadOnlyList<Webhook> all) => transaction.Documents.Put(Collection, Key, ContractJson.Write(all));

    public static string OutboxOf(string webhook) => $"webhook-outbox:{webhook}";

    public static string LogOf(string webhook) => $"webhook-log:{webhook}";

    public static Delivery Read(KeyValuePair<string, byte[]> kept) => ContractJson.Read<Delivery>(kept.Value);

    public static Delivery? Find(JournalTransaction transaction, string collection, string id) =>
        transaction.Documents.Find(collection, id) is { } body ? ContractJson.Read<Delivery>(body) : null;

    public static void Put(JournalTransaction transaction, string collection, Delivery delivery) =>
        transaction.Documents.Put(collection, delivery.Id, ContractJson.Write(delivery));

    private static List<Webhook> Read(byte[]? body) => body is null ? [] : ContractJson.Read<List<Webhook>>(body);
}
