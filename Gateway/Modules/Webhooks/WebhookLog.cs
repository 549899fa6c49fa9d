using System.Diagnostics.Metrics;

namespace Gateway.Modules.Webhooks;

internal static partial class WebhookLog
{
    [LoggerMessage(4400, LogLevel.Warning, "webhook {Webhook} did not take '{Type}' of {Channel}: {Error}; attempt {Attempts}, given up: {IsGivenUp}")]
    public static partial void NotTaken(ILogger logger, string webhook, string type, string channel, string error, int attempts, bool isGivenUp);

    [LoggerMessage(4401, LogLevel.Error, "what became of a delivery to webhook {Webhook} was not kept; it is tried again")]
    public static partial void NotKept(ILogger logger, Exception failure, string webhook);
}

/// <summary>What webhooks tell operators of themselves.</summary>
internal sealed class WebhookMeters : IDisposable
{
    private readonly Meter _meter = new("Gateway.Webhooks");
    private readonly Counter<long> _attempts;

    public WebhookMeters() => _attempts = _meter.CreateCounter<long>("gateway_webhook_attempts_total", null, "Attempts to deliver, by result.");

    public void Tried(string result) => _attempts.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Dispose() => _meter.Dispose();
}
