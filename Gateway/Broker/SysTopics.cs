using System.Globalization;
using System.Reflection;
using System.Text;
using Gateway.Broker.Routing;
using Gateway.Broker.Sessions;

namespace Gateway.Broker;

/// <summary>
/// The usual <c>$SYS/broker/…</c> topics: retained in memory only, beside the gate, since they are no messages of anybody. Told when they change.
/// Owned by the watch's loop.
/// </summary>
internal sealed class SysTopics(
    MqttOptions options, BrokerCounts counts, SubscriptionTree subscriptions, SessionRegistry registry, Announcer announcer, TimeProvider time)
{
    private const string Root = "$SYS/broker/";

    private readonly Dictionary<string, string> _told = [];
    private readonly long _startedAt = time.GetTimestamp();
    private long _lastTold;
    private int _mostConnected;

    public void TellWhenDue()
    {
        if (options.SysInterval <= TimeSpan.Zero || (_told.Count > 0 && time.GetElapsedTime(_lastTold) < options.SysInterval))
        {
            return;
        }

        _lastTold = time.GetTimestamp();
        TellStore(); // before all else: what is told next waits for its readers itself
        Tell("version", $"Gateway {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}");
        Tell("uptime", $"{(long)time.GetElapsedTime(_startedAt).TotalSeconds} seconds");
        TellClients();
        Tell("subscriptions/count", subscriptions.Count);
        Tell("retained messages/count", announcer.Retained);
        Tell("messages/received", counts.Received);
        Tell("messages/sent", counts.Sent);
        Tell("publish/messages/received", counts.Received);
        Tell("publish/messages/sent", counts.Sent);
        Tell("publish/messages/dropped", Enum.GetValues<DropCause>().Sum(counts.DroppedFor));
        Tell("publish/bytes/received", counts.PublishedBytes);
        Tell("bytes/received", counts.BytesReceived);
        Tell("bytes/sent", counts.BytesSent);
    }

    private void TellClients()
    {
        var connected = registry.ConnectedClients;
        var total = registry.Sessions;
        _mostConnected = Math.Max(_mostConnected, connected);
        Tell("clients/connected", connected);
        Tell("clients/disconnected", Math.Max(0, total - connected));
        Tell("clients/maximum", _mostConnected);
        Tell("clients/total", total);
    }

    private void TellStore()
    {
        var (messages, bytes) = (0L, 0L);
        foreach (var session in registry.AllSessions())
        {
            var waiting = session.Waiting;
            messages += waiting.Messages;
            bytes += waiting.Bytes;
        }

        Tell("store/messages/count", messages);
        Tell("store/messages/bytes", bytes);
    }

    private void Tell(string topic, long value) => Tell(topic, value.ToString(CultureInfo.InvariantCulture));

    private void Tell(string topic, string value)
    {
        if (_told.GetValueOrDefault(topic) != value)
        {
            _told[topic] = value;
            announcer.Announce(new(TopicName.Of(Root + topic), Encoding.UTF8.GetBytes(value), qos: 0, retain: true));
        }
    }
}

/// <summary>Retains and routes what is neither stored nor gated.</summary>
internal sealed class Announcer(RetainedTree retained, Router router)
{
    public int Retained => retained.Count;

    public void Announce(Message message)
    {
        retained.Put(message);
        List<Delivery>? late = null;
        router.Route(message, origin: null, plan: null, storedId: 0, ref late);
    }
}
