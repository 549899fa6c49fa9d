using System.Text;
using System.Text.Json.Nodes;
using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Modules.Webhooks;

/// <summary>
/// Puts what webhooks are to hear of into their outboxes, in the commit of the event: nothing is told that is not so, and nothing is left out.
/// </summary>
internal sealed class WebhookProjection : IProjection
{
    /// <summary>The events that can be told, by the kind of their channel.</summary>
    public static readonly IReadOnlyDictionary<string, string> Kinds = new Dictionary<string, string>
    {
        [EnrollmentEvents.Succeeded] = EnrollmentDesk.Kind,
        [EnrollmentEvents.Failed] = EnrollmentDesk.Kind,
        [DeviceEvents.Online] = Devices.Devices.Kind,
        [DeviceEvents.Offline] = Devices.Devices.Kind,
        [DeviceEvents.Changed] = Devices.Devices.Kind,
    };

    public static bool IsTold(StoredEvent stored) => Kinds.TryGetValue(stored.Type, out var kind) && stored.Channel.Kind == kind;

    public void Appended(JournalTransaction transaction, StoredEvent stored)
    {
        if (!IsTold(stored))
        {
            return;
        }

        string? body = null;
        foreach (var webhook in WebhookRecords.All(transaction).Where(webhook => webhook.Events.Contains(stored.Type)))
        {
            body ??= BodyOf(transaction, stored);
            WebhookRecords.Put(transaction, WebhookRecords.OutboxOf(webhook.Id), new Delivery
            {
                Id = transaction.NewId(),
                Channel = stored.Channel.ToString(),
                Type = stored.Type,
                At = transaction.Now,
                Body = body,
            });
        }
    }

    private static string BodyOf(JournalTransaction transaction, StoredEvent stored)
    {
        var state = stored.Channel.Kind == EnrollmentDesk.Kind
            ? ContractJson.Write(transaction.State<EnrollmentState>(stored.Channel)!)
            : ContractJson.Write(transaction.State<DeviceState>(stored.Channel)!);
        var body = new JsonObject
        {
            ["type"] = stored.Type,
            ["event"] = JsonNode.Parse(stored.Json.Span),
            ["state"] = JsonNode.Parse(state),
        };
        return Encoding.UTF8.GetString(ContractJson.Write(body));
    }
}
