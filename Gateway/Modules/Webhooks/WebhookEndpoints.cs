using Gateway.Access;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Webhooks;

/// <summary>Webhooks over HTTP: made, looked at, tried again, removed. A secret is shown once.</summary>
internal static class WebhookEndpoints
{
    private const int MaxUrl = 2_000;
    private const int MaxEvents = 10;

    public static IServiceCollection AddWebhooks(this IServiceCollection services) => services
        .AddSingleton<IProjection, WebhookProjection>()
        .AddSingleton<WebhookRights>()
        .AddSingleton<WebhookSender>().AddSingleton<WebhookMeters>().AddSingleton<CourierParts>().AddSingleton<WebhookBell>().AddSingleton<Webhooks>();

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/webhooks", MakeAsync);
        routes.MapGet("/api/webhooks", (IJournal journal, WebhookRights rights) => Results.Json(
            new DocumentPage<WebhookView>([.. WebhookRecords.All(journal).Select(webhook => WebhookView.Of(journal, rights, webhook))], Next: null).ToBody()));
        routes.MapGet("/api/webhooks/{id}", (string id, IJournal journal, WebhookRights rights) =>
            Results.Json(WebhookView.Of(journal, rights, Known(journal, id))));
        routes.MapDelete("/api/webhooks/{id}", async (string id, Webhooks webhooks) =>
            await webhooks.RemoveAsync(id) ? Results.NoContent() : throw RequestRefusedException.Unknown("webhook", id));
        routes.MapGet("/api/webhooks/{id}/deliveries", List);
        routes.MapPost("/api/webhooks/{id}/deliveries/{delivery}/redeliver", RedeliverAsync);
    }

    private static async Task<IResult> MakeAsync(HttpContext context, IJournal journal, SealedSecrets secrets, Webhooks webhooks, WebhookReach reach)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var url = body.Text("url", MaxUrl);
        if (reach.FaultOf(url) is { } fault)
        {
            throw RequestRefusedException.Invalid("url", fault);
        }

        var events = body.OptionalTexts("events", MaxEvents, max: 32) ?? [.. WebhookProjection.Kinds.Keys];
        if (events.Count == 0 || events.Any(name => !WebhookProjection.Kinds.ContainsKey(name)))
        {
            throw RequestRefusedException.Invalid("events", $"events must be a list of {string.Join(", ", WebhookProjection.Kinds.Keys)}.");
        }

        WebhookRights.DemandReading(context, events);
        var maker = HttpAccess.IdentityOf(context);
        var key = Idempotency.Of(context, body);
        var secret = WebhookRules.NewSecret();
        var seal = secrets.Seal(secret);
        var (made, refusal) = await journal.WriteAsync<(Webhook?, RequestRefusedException?)>(transaction =>
        {
            if (Idempotency.RefusalOfRepeat(key, transaction) is { } repeated)
            {
                return (null, repeated);
            }

            var all = WebhookRecords.All(transaction);
            if (all.Count == Webhooks.Most)
            {
                return (null, new(StatusCodes.Status409Conflict, "too_many", $"There are {Webhooks.Most} webhooks already; remove one first."));
            }

            var webhook = new Webhook(transaction.NewId(), url, [.. events.Distinct()], transaction.Now, seal, new(maker.Kind, maker.Name));
            WebhookRecords.Put(transaction, [.. all, webhook]);
            key?.Keep(transaction, webhook.Id);
            return (webhook, null);
        });
        if (made is null)
        {
            throw refusal!;
        }

        webhooks.Employ(made);

        // What follows the host may be a secret of the receiver's.
        AuditTrail.Changed(context, "receiver", from: null, new Uri(url).Authority);
        AuditTrail.Changed(context, "events", from: null, string.Join(", ", made.Events));
        return Results.Created($"/api/webhooks/{made.Id}", new { made.Id, made.Url, made.Events, made.At, By = WebhookRights.OwnerOf(made), secret });
    }

    /// <summary>What waits and what is finished, newest first; the cursor is the id of the last one.</summary>
    private static IResult List(string id, HttpContext context, IJournal journal, int limit = 50, string? before = null)
    {
        WebhookRights.DemandReading(context, Known(journal, id).Events);
        PageBounds.Check(limit);
        List<Delivery> all =
        [
            .. journal.Documents(WebhookRecords.OutboxOf(id), before, limit + 1).Select(WebhookRecords.Read),
            .. journal.Documents(WebhookRecords.LogOf(id), before, limit + 1).Select(WebhookRecords.Read),
        ];
        var newest = all.OrderByDescending(delivery => delivery.Id, StringComparer.Ordinal).Take(limit).ToList();
        return Results.Json(new DocumentPage<Delivery>(newest, all.Count > limit ? newest[^1].Id : null).ToBody());
    }

    private static async Task<IResult> RedeliverAsync(string id, string delivery, HttpContext context, IJournal journal, Webhooks webhooks)
    {
        // The answer shows what is posted.
        WebhookRights.DemandReading(context, Known(journal, id).Events);
        return Results.Json(await webhooks.RedeliverAsync(id, delivery) ?? throw RequestRefusedException.Unknown("delivery", delivery));
    }

    private static Webhook Known(IJournal journal, string id) =>
        WebhookRecords.All(journal).FirstOrDefault(webhook => webhook.Id == id) ?? throw RequestRefusedException.Unknown("webhook", id);
}

/// <param name="By">Who made it.</param>
/// <param name="Pending">How many deliveries wait.</param>
/// <param name="Failing">The oldest of them that was tried in vain.</param>
/// <param name="Stopped">Why some of its events, or all, are not posted any more.</param>
internal sealed record WebhookView(
    string Id, string Url, IReadOnlyList<string> Events, DateTimeOffset At, string By, int Pending, WebhookFailing? Failing, string? Stopped)
{
    public static WebhookView Of(IJournal journal, WebhookRights rights, Webhook webhook)
    {
        var pending = journal.Documents(WebhookRecords.OutboxOf(webhook.Id)).Select(WebhookRecords.Read).ToList();
        var failing = pending.Find(delivery => delivery.Attempts > 0) is { } first
            ? new WebhookFailing(first.At, first.Attempts, first.LastError ?? "", first.Next)
            : null;
        var stopped = webhook.Events.Select(type => rights.ObjectionTo(webhook, type)).FirstOrDefault(objection => objection is not null);
        return new(webhook.Id, webhook.Url, webhook.Events, webhook.At, WebhookRights.OwnerOf(webhook), pending.Count, failing, stopped);
    }
}

internal sealed record WebhookFailing(DateTimeOffset Since, int Attempts, string Error, DateTimeOffset? Next);
