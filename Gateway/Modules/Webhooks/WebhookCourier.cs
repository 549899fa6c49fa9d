using System.Threading.Channels;
using Gateway.Access;
using Gateway.Journal;

namespace Gateway.Modules.Webhooks;

/// <summary>
/// Brings one webhook what is in its outbox, until it is taken or given up: in order for each enrollment and each device, one at a time. One loop, so
/// a receiver that fails holds up nobody else.
/// </summary>
internal sealed class WebhookCourier : IAsyncDisposable
{
    private const int PruneEvery = 100;

    private static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    private readonly Webhook _webhook;
    private readonly CourierParts _parts;
    private readonly string? _secret;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _woken = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _loop;

    // All three owned by the loop: while nobody answers at all, nothing else is tried either.
    private int _silences;
    private DateTimeOffset _quietUntil;
    private int _finished;

    public WebhookCourier(Webhook webhook, CourierParts parts)
    {
        _webhook = webhook;
        _parts = parts;
        _secret = parts.Secrets.Open(webhook.Secret);
        _loop = RunAsync();
    }

    public void Wake() => _woken.Writer.TryWrite(true);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        // The first look reads the journal: not on the thread of whoever made this.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stop.IsCancellationRequested)
        {
            var wait = Idle;
            try
            {
                wait = await StepAsync();
            }
            catch (JournalUnavailableException failure)
            {
                WebhookLog.NotKept(_parts.Log, failure, _webhook.Id);
                wait = WebhookRules.WaitAfter(1, Random.Shared.NextDouble());
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }

            if (wait > TimeSpan.Zero)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                await Task.WhenAny(Task.Delay(wait, _parts.Time, either.Token), _woken.Reader.WaitToReadAsync(either.Token).AsTask());
                await either.CancelAsync();
                _woken.Reader.TryRead(out _);
            }
        }
    }

    /// <summary>Tries what is due first; how long to wait until there is something again.</summary>
    private async Task<TimeSpan> StepAsync()
    {
        var now = _parts.Time.GetUtcNow();
        if (_quietUntil > now)
        {
            return _quietUntil - now;
        }

        // Of each channel only the oldest may go: what came after it waits for it.
        var waiting = _parts.Journal.Documents(WebhookRecords.OutboxOf(_webhook.Id)).Select(WebhookRecords.Read);
        var heads = waiting.DistinctBy(delivery => delivery.Channel);
        if (heads.MinBy(delivery => (delivery.Next ?? DateTimeOffset.MinValue, delivery.Id)) is not { } first)
        {
            return Idle;
        }

        if (first.Next is { } next && next > now)
        {
            return next - now < Idle ? next - now : Idle;
        }

        var attempt = _parts.Rights.ObjectionTo(_webhook, first.Type) is { } objection ? new Attempt(null, objection, 0, null, IsFinal: true)
            : _secret is null ? new Attempt(null, "its secret cannot be read: the key file of the data folder is another one; make the webhook anew", 0, null)
            : await _parts.Sender.SendAsync(_webhook, _secret, first, _stop.Token);
        await RecordAsync(first, attempt);
        return TimeSpan.Zero;
    }

    private async Task RecordAsync(Delivery delivery, Attempt attempt)
    {
        var now = _parts.Time.GetUtcNow();
        var tried = After(delivery, attempt, now);
        var outbox = WebhookRecords.OutboxOf(_webhook.Id);
        await _parts.Journal.WriteAsync(transaction =>
        {
            // Removed meanwhile, with its webhook.
            if (WebhookRecords.Find(transaction, outbox, delivery.Id) is null)
            {
                return tried;
            }

            if (tried.Status == DeliveryStatus.Pending)
            {
                WebhookRecords.Put(transaction, outbox, tried);
            }
            else
            {
                transaction.Documents.Remove(outbox, tried.Id);
                WebhookRecords.Put(transaction, WebhookRecords.LogOf(_webhook.Id), tried);
            }

            return tried;
        });
        Tell(tried, attempt);
        if (tried.Status != DeliveryStatus.Pending && _finished++ % PruneEvery == 0)
        {
            await WebhookPruning.PruneAsync(_parts.Journal, WebhookRecords.LogOf(_webhook.Id), _parts.Options.KeepDeliveries);
        }
    }

    private Delivery After(Delivery delivery, Attempt attempt, DateTimeOffset now)
    {
        var tried = delivery with
        {
            Attempts = delivery.Attempts + 1,
            LastAt = now,
            LastStatus = attempt.Status,
            LastError = attempt.Error,
            LastMilliseconds = attempt.Milliseconds,
            Next = null,
        };
        if (attempt.Error is null)
        {
            return tried with { Status = DeliveryStatus.Delivered };
        }

        if (attempt.IsFinal)
        {
            return tried with { Status = DeliveryStatus.Failed };
        }

        var wait = WebhookRules.WaitAfter(tried.Attempts, Random.Shared.NextDouble());
        wait = attempt.RetryAfter is { } asked && asked > wait && asked <= Idle ? asked : wait;
        return now + wait > delivery.Since + _parts.Options.GiveUp ? tried with { Status = DeliveryStatus.Failed } : tried with { Next = now + wait };
    }

    private void Tell(Delivery tried, Attempt attempt)
    {
        _parts.Meters.Tried(attempt.Error is null ? "delivered" : tried.Status == DeliveryStatus.Failed ? "given_up" : "failed");
        if (attempt.Status is not null || attempt.IsFinal)
        {
            _silences = 0;
        }
        else
        {
            _quietUntil = _parts.Time.GetUtcNow() + WebhookRules.WaitAfter(++_silences, Random.Shared.NextDouble());
        }

        if (attempt.Error is { } error)
        {
            WebhookLog.NotTaken(_parts.Log, _webhook.Id, tried.Type, tried.Channel, error, tried.Attempts, tried.Status == DeliveryStatus.Failed);
        }
    }
}

/// <summary>What every courier needs.</summary>
internal sealed record CourierParts(
    IJournal Journal,
    SealedSecrets Secrets,
    WebhookSender Sender,
    WebhookRights Rights,
    WebhooksOptions Options,
    WebhookMeters Meters,
    TimeProvider Time,
    ILogger<WebhookCourier> Log);
