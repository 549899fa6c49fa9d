using Gateway.Broker;
using Gateway.Journal;
using Gateway.Storage;

namespace Gateway.Tests.Journal.Histories;

/// <summary>The faces of a transaction that a history of the journal never looks at.</summary>
internal sealed class NoBroker : IBrokerWrites, IReceiptRows
{
    public static readonly NoBroker Instance = new();

    public void PutRetained(string topic, RetainedMessage message) => throw new NotSupportedException();

    public void RemoveRetained(string topic) => throw new NotSupportedException();

    public void PutSession(SessionRow session) => throw new NotSupportedException();

    public IReadOnlyList<OwedMessage> RemoveSession(string clientId) => throw new NotSupportedException();

    public void PutSubscription(string clientId, SubscriptionRow subscription) => throw new NotSupportedException();

    public void RemoveSubscription(string clientId, string filter) => throw new NotSupportedException();

    public void PutReplayed(string clientId, string filter, string? replayed) => throw new NotSupportedException();

    public IReadOnlyList<KeyValuePair<string, BacklogSize>> PurgeExpired(DateTimeOffset now) => throw new NotSupportedException();

    public void Enqueue(StoredMessage message, IReadOnlyList<OwedRow> receivers) => throw new NotSupportedException();

    public void MarkReceived(string clientId, long messageId) => throw new NotSupportedException();

    public void Settle(string clientId, long messageId) => throw new NotSupportedException();

    public void PutIncoming(string clientId, ushort packetId) => throw new NotSupportedException();

    public void RemoveIncoming(string clientId, ushort packetId) => throw new NotSupportedException();

    public void Put(ReceiptRange range) => throw new NotSupportedException();

    public void Shorten(ReceiptKey line) => throw new NotSupportedException();
}
