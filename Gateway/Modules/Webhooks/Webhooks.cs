using Gateway.Access;
using Gateway.Journal;

namespace Gateway.Modules.Webhooks;

/// <summary>Rings when an event was committed that webhooks may hear of. Needs nothing, so that the journal's writer can be given it.</summary>
internal sealed class WebhookBell : ICommitListener
{
    private volatile Action? _rung;

    public void Hang(Action rung) => _rung = rung;

    public void Committed(IReadOnlyList<StoredEvent> events)
    {
        if (_rung is { } rung && events.Any(WebhookProjection.IsTold))
        {
            rung();
        }
    }
}

/// <summary>Webhooks: applications that own the people are told of what happened, signed, in order, until they have it. None unless made.</summary>
internal sealed class Webhooks(CourierParts parts, WebhookBell bell) : IAsyncDisposable
{
    public const int Most = 20;

    private readonly Lock _lock = new();

    // Owned by _lock.
    private readonly Dictionary<string, WebhookCourier> _couriers = [];

    public void Start()
    {
        foreach (var webhook in WebhookRecords.All(parts.Journal))
        {
            Employ(webhook);
        }

        bell.Hang(WakeAll);
    }

    /// <summary>After the commit that made it.</summary>
    public void Employ(Webhook webhook)
    {
        lock (_lock)
        {
            _couriers.TryAdd(webhook.Id, new WebhookCourier(webhook, parts));
        }
    }

    /// <summary>False when there is no such webhook.</summary>
    public async Task<bool> RemoveAsync(string id)
    {
        var isFound = await parts.Journal.WriteAsync(transaction =>
        {
            var all = WebhookRecords.All(transaction);
            var rest = all.Where(webhook => webhook.Id != id).ToList();
            if (rest.Count < all.Count)
            {
                WebhookRecords.Put(transaction, rest);
            }

            return rest.Count < all.Count;
        });
        WebhookCourier? courier;
        lock (_lock)
        {
            _couriers.Remove(id, out courier);
        }

        if (courier is not null)
        {
            await courier.DisposeAsync();
        }

        if (isFound)
        {
            await WebhookPruning.PruneAsync(parts.Journal, WebhookRecords.OutboxOf(id), keep: 0);
            await WebhookPruning.PruneAsync(parts.Journal, WebhookRecords.LogOf(id), keep: 0);
        }

        return isFound;
    }

    /// <summary>Puts a delivery back into the outbox, or brings the time of its next attempt forward; null when there is none.</summary>
    public async Task<Delivery?> RedeliverAsync(string webhook, string id)
    {
        var (outbox, log) = (WebhookRecords.OutboxOf(webhook), WebhookRecords.LogOf(webhook));
        var again = await parts.Journal.WriteAsync(transaction =>
        {
            var found = WebhookRecords.Find(transaction, outbox, id) ?? WebhookRecords.Find(transaction, log, id);
            if (found is null)
            {
                return null;
            }

            var renewed = found with { Status = DeliveryStatus.Pending, Attempts = 0, Next = null, RenewedAt = transaction.Now };
            transaction.Documents.Remove(log, id);
            WebhookRecords.Put(transaction, outbox, renewed);
            return renewed;
        });
        WakeAll();
        return again;
    }

    public async ValueTask DisposeAsync()
    {
        List<WebhookCourier> all;
        lock (_lock)
        {
            all = [.. _couriers.Values];
            _couriers.Clear();
        }

        await Task.WhenAll(all.Select(courier => courier.DisposeAsync().AsTask()));
    }

    private void WakeAll()
    {
        lock (_lock)
        {
            foreach (var courier in _couriers.Values)
            {
                courier.Wake();
            }
        }
    }
}
