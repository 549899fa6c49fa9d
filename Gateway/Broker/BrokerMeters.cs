using System.Diagnostics.Metrics;
using Gateway.Broker.Routing;
using Gateway.Broker.Sessions;

namespace Gateway.Broker;

/// <summary>What the broker tells operators of itself. Read when asked for, so that no message pays for it.</summary>
internal sealed class BrokerMeters : IDisposable
{
    private readonly Meter _meter = new("Gateway.Broker");

    public BrokerMeters(BrokerCounts counts, SessionRegistry registry, SubscriptionTree subscriptions, RetainedTree retained)
    {
        Gauge("gateway_broker_connections", () => counts.Connections, "Open MQTT connections, also before their CONNECT.");
        Gauge("gateway_broker_sessions", () => registry.Sessions, "Sessions, connected or kept for who is away.");
        Gauge("gateway_broker_subscriptions", () => subscriptions.Count, "Subscriptions of all sessions.");
        Gauge("gateway_broker_retained_messages", () => retained.Count, "Topics with a retained message.");
        Total("gateway_broker_connections_accepted_total", () => counts.Accepted, "MQTT connections that were opened.");
        Total("gateway_broker_bytes_received_total", () => counts.BytesReceived, "Bytes from MQTT clients.");
        Total("gateway_broker_bytes_sent_total", () => counts.BytesSent, "Bytes of messages to MQTT clients.");
        Total("gateway_broker_sessions_overflowed_total", () => counts.OverflowedSessions, "Sessions ended because more waited than they may have.");
        Total("gateway_broker_messages_not_stored_total", () => counts.NotCommittedMessages, "Messages that the store did not take; none was acknowledged.");
        ByQos("gateway_broker_messages_received_total", counts.ReceivedOf, "Messages from clients.");
        ByQos("gateway_broker_messages_sent_total", counts.SentOf, "Messages to clients.");
        ByCause("gateway_broker_connections_refused_total", () => Labelled(counts.RefusedByCause), "CONNECTs that were refused, by cause.");
        ByCause("gateway_broker_packets_rejected_total", () => Labelled(counts.RejectedByCause), "Packets that ended their connection, by cause.");
        ByCause(
            "gateway_broker_messages_dropped_total",
            () => Enum.GetValues<DropCause>().Select(cause => Labelled(Words.Label(cause), counts.DroppedFor(cause))),
            "Messages that a session was meant to get and did not, by cause.");
        ByCause(
            "gateway_broker_limited_total",
            () => Enum.GetValues<LimitCause>().Select(cause => Labelled(Words.Label(cause), counts.LimitedBy(cause))),
            "Times a limit bit, by limit.");
        Queues(registry);
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Labelled(IEnumerable<KeyValuePair<ReasonCode, long>> counts) =>
        counts.Select(static count => Labelled(Words.Label(count.Key), count.Value));

    private static Measurement<long> Labelled(string cause, long count) => new(count, new KeyValuePair<string, object?>("cause", cause));

    private void Gauge(string name, Func<long> read, string says) => _meter.CreateObservableGauge(name, read, null, says);

    private void Total(string name, Func<long> read, string says) => _meter.CreateObservableCounter(name, read, null, says);

    private void ByCause(string name, Func<IEnumerable<Measurement<long>>> read, string says) => _meter.CreateObservableCounter(name, read, null, says);

    private void ByQos(string name, Func<int, long> read, string says) => _meter.CreateObservableCounter(
        name, () => Enumerable.Range(0, 3).Select(qos => new Measurement<long>(read(qos), new KeyValuePair<string, object?>("qos", qos))), null, says);

    private void Queues(SessionRegistry registry)
    {
        Gauge(
            "gateway_broker_queued_messages", () => registry.AllSessions().Sum(static s => (long)s.Waiting.Messages), "Messages that wait for their sessions.");
        Gauge("gateway_broker_queued_bytes", () => registry.AllSessions().Sum(static s => s.Waiting.Bytes), "Bytes of them.");
        Gauge(
            "gateway_broker_longest_queue_messages",
            () => registry.AllSessions().Select(static s => (long)s.Waiting.Messages).DefaultIfEmpty().Max(),
            "Messages that wait for the session with most of them.");
    }
}
