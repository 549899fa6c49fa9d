using Gateway.Broker;
using Gateway.Contract;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>The broker's rows inside the writer's transaction. Used only by the writer loop.</summary>
internal sealed class SqliteBrokerRows : IBrokerWrites, IDisposable
{
    private readonly List<Statement> _all = [];
    private readonly Statement _putRetained;
    private readonly Statement _removeRetained;
    private readonly Statement _putSession;
    private readonly Statement _sharedOfSession;
    private readonly Statement[] _removeSession;
    private readonly Statement _putSubscription;
    private readonly Statement _removeSubscription;
    private readonly Statement _putMessage;
    private readonly Statement _putOwed;
    private readonly Statement _markReceived;
    private readonly Statement _settle;
    private readonly Statement _forgetMessage;
    private readonly Statement _putIncoming;
    private readonly Statement _removeIncoming;
    private readonly Statement _putReplayed;
    private readonly Statement _countExpired;
    private readonly Statement[] _purgeExpired;

    public SqliteBrokerRows(SqliteConnection connection, RedoLog log)
    {
        Statement Prepare(string sql)
        {
            var statement = new Statement(connection, sql, log);
            _all.Add(statement);
            return statement;
        }

        _putRetained = Prepare("INSERT OR REPLACE INTO retained (topic, payload, qos, expires_at, properties) VALUES ($0, $1, $2, $3, $4)");
        _removeRetained = Prepare("DELETE FROM retained WHERE topic = $0");
        _putSession = Prepare(
            "INSERT OR REPLACE INTO sessions (client, owner, expiry, expires_at, will, will_at, sent_up_to) VALUES ($0, $1, $2, $3, $4, $5, $6)");
        _sharedOfSession = Prepare($"SELECT {SqliteOwed.Columns} FROM {SqliteOwed.Tables} WHERE o.client = $0 AND o.share IS NOT NULL ORDER BY o.message");
        _removeSession =
        [
            Prepare("""
                DELETE FROM messages WHERE id IN (SELECT message FROM owed WHERE client = $0)
                AND NOT EXISTS (SELECT 1 FROM owed WHERE message = messages.id AND client <> $0)
                """),
            Prepare("DELETE FROM owed WHERE client = $0"),
            Prepare("DELETE FROM incoming WHERE client = $0"),
            Prepare("DELETE FROM subscriptions WHERE client = $0"),
            Prepare("DELETE FROM sessions WHERE client = $0"),
        ];
        _putSubscription = Prepare("INSERT OR REPLACE INTO subscriptions (client, filter, options, identifier, replayed) VALUES ($0, $1, $2, $3, $4)");
        _removeSubscription = Prepare("DELETE FROM subscriptions WHERE client = $0 AND filter = $1");
        _putMessage = Prepare("INSERT OR REPLACE INTO messages (id, topic, payload, qos, retain, expires_at, properties) VALUES ($0, $1, $2, $3, $4, $5, $6)");
        _putOwed = Prepare("INSERT OR REPLACE INTO owed (client, message, qos, retain, identifiers, share) VALUES ($0, $1, $2, $3, $4, $5)");
        _markReceived = Prepare("UPDATE owed SET received = 1 WHERE client = $0 AND message = $1");
        _settle = Prepare("DELETE FROM owed WHERE client = $0 AND message = $1");
        _forgetMessage = Prepare("DELETE FROM messages WHERE id = $0 AND NOT EXISTS (SELECT 1 FROM owed WHERE message = $0)");
        _putIncoming = Prepare("INSERT OR IGNORE INTO incoming (client, packet) VALUES ($0, $1)");
        _removeIncoming = Prepare("DELETE FROM incoming WHERE client = $0 AND packet = $1");
        _putReplayed = Prepare("UPDATE subscriptions SET replayed = $0 WHERE client = $1 AND filter = $2");

        // What may have been sent stays: its packet id is in use at the client. While a client is connected that is everything.
        const string Expired = """
            FROM owed AS o JOIN messages AS m ON m.id = o.message JOIN sessions AS s ON s.client = o.client
            WHERE m.expires_at <= $0 AND o.received = 0 AND o.message > s.sent_up_to
            """;
        _countExpired = Prepare($"SELECT o.client, {SqliteOwed.Size} {Expired} GROUP BY o.client");
        _purgeExpired =
        [
            Prepare($"DELETE FROM owed WHERE (client, message) IN (SELECT o.client, o.message {Expired})"),
            Prepare("DELETE FROM messages WHERE expires_at <= $0 AND NOT EXISTS (SELECT 1 FROM owed WHERE message = messages.id)"),
            Prepare("DELETE FROM retained WHERE expires_at <= $0"),
        ];
    }

    public void PutRetained(string topic, RetainedMessage message) => _putRetained.Bind(
        topic, message.Payload, (long)message.Qos, message.ExpiresAt?.ToUnixTimeMilliseconds(), message.Properties).Run();

    public void RemoveRetained(string topic) => _removeRetained.Bind(topic).Run();

    public void PutSession(SessionRow session) => _putSession.Bind(
        session.ClientId,
        session.Owner,
        (long)session.ExpirySeconds,
        session.ExpiresAt?.ToUnixTimeMilliseconds(),
        session.Will is { } will ? ContractJson.Write(will) : null,
        session.WillAt?.ToUnixTimeMilliseconds(),
        session.SentUpTo).Run();

    public IReadOnlyList<OwedMessage> RemoveSession(string clientId)
    {
        var shared = _sharedOfSession.Bind(clientId).Rows(SqliteOwed.Read);
        foreach (var statement in _removeSession)
        {
            statement.Bind(clientId).Run();
        }

        return shared;
    }

    public void PutSubscription(string clientId, SubscriptionRow subscription) =>
        _putSubscription.Bind(clientId, subscription.Filter, (long)subscription.Options, (long?)subscription.Identifier, subscription.Replayed).Run();

    public void RemoveSubscription(string clientId, string filter) => _removeSubscription.Bind(clientId, filter).Run();

    public void PutReplayed(string clientId, string filter, string? replayed) => _putReplayed.Bind(replayed, clientId, filter).Run();

    public IReadOnlyList<KeyValuePair<string, BacklogSize>> PurgeExpired(DateTimeOffset now)
    {
        var until = now.ToUnixTimeMilliseconds();
        var purged = _countExpired.Bind(until).Rows(static row => KeyValuePair.Create(row.Text(0), SqliteOwed.ReadSize(row, 1)));
        foreach (var statement in _purgeExpired)
        {
            statement.Bind(until).Run();
        }

        return purged;
    }

    public void Enqueue(StoredMessage message, IReadOnlyList<OwedRow> receivers)
    {
        _putMessage.Bind(
            message.Id,
            message.Topic,
            message.Payload,
            (long)message.Qos,
            message.Retain,
            message.ExpiresAt?.ToUnixTimeMilliseconds(),
            message.Properties).Run();
        foreach (var owed in receivers)
        {
            var identifiers = owed.Identifiers is { Count: > 0 } list ? string.Join(',', list) : null;
            _putOwed.Bind(owed.ClientId, message.Id, (long)owed.Qos, owed.Retain, identifiers, owed.Share).Run();
        }
    }

    public void MarkReceived(string clientId, long messageId) => _markReceived.Bind(clientId, messageId).Run();

    public void Settle(string clientId, long messageId)
    {
        _settle.Bind(clientId, messageId).Run();
        _forgetMessage.Bind(messageId).Run();
    }

    public void PutIncoming(string clientId, ushort packetId) => _putIncoming.Bind(clientId, (long)packetId).Run();

    public void RemoveIncoming(string clientId, ushort packetId) => _removeIncoming.Bind(clientId, (long)packetId).Run();

    public void Dispose() => _all.ForEach(statement => statement.Dispose());
}
