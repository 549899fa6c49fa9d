using Gateway.Broker;
using Gateway.Contract;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>Reads what the broker kept: whole at start, and later the backlog of a session page by page.</summary>
internal sealed class SqliteBrokerReader(SqliteFile file) : IBrokerReader, IDisposable
{
    private readonly Lock _lock = new();

    // owned by _lock, made when first needed
    private SqliteConnection? _connection;
    private Statement? _page;

    public IReadOnlyList<KeyValuePair<string, RetainedMessage>> Retained()
    {
        using var connection = file.Connect();
        return Rows(connection, "SELECT topic, payload, qos, expires_at, properties FROM retained", static row => KeyValuePair.Create(
            row.Text(0), new RetainedMessage(SqliteOwed.Bytes(row, 1), (byte)row.Integer(2), SqliteOwed.Time(row, 3), SqliteOwed.Bytes(row, 4))));
    }

    public IReadOnlyList<StoredSession> Sessions()
    {
        using var connection = file.Connect();
        var sessions = Rows(connection, "SELECT client, owner, expiry, expires_at, will, will_at, sent_up_to FROM sessions", static row => new SessionRow(
            row.Text(0),
            row.Text(1),
            (uint)row.Integer(2),
            SqliteOwed.Time(row, 3),
            row.IsNull(4) ? null : ContractJson.Read<StoredWill>(SqliteOwed.Bytes(row, 4)),
            SqliteOwed.Time(row, 5),
            row.Integer(6)));
        var subscriptions = Rows(connection, "SELECT client, filter, options, identifier, replayed FROM subscriptions", static row => (
            Client: row.Text(0),
            Row: new SubscriptionRow(row.Text(1), (byte)row.Integer(2), row.IsNull(3) ? null : (int)row.Integer(3), SqliteOwed.Text(row, 4))))
            .ToLookup(row => row.Client, row => row.Row);
        var incoming = Rows(connection, "SELECT client, packet FROM incoming", static row => (Client: row.Text(0), Packet: (ushort)row.Integer(1)))
            .ToLookup(row => row.Client, row => row.Packet);
        var received = Rows(
            connection,
            $"SELECT {SqliteOwed.Columns}, o.client FROM {SqliteOwed.Tables} WHERE o.received = 1 ORDER BY o.client, o.message",
            static row => (Client: row.Text(12), Message: SqliteOwed.Read(row)))
            .ToLookup(row => row.Client, row => row.Message);
        var waiting = Rows(
            connection,
            $"SELECT o.client, {SqliteOwed.Size} FROM {SqliteOwed.Tables} WHERE o.received = 0 GROUP BY o.client",
            static row => (Client: row.Text(0), Size: SqliteOwed.ReadSize(row, 1)))
            .ToDictionary(row => row.Client, row => row.Size);
        return sessions.ConvertAll(session => new StoredSession(
            session,
            [.. subscriptions[session.ClientId]],
            [.. incoming[session.ClientId]],
            [.. received[session.ClientId]],
            waiting.GetValueOrDefault(session.ClientId)));
    }

    public OwedPage Owed(string clientId, long after, long upTo, int messages, long bytes)
    {
        lock (_lock)
        {
            _connection ??= file.Connect();
            _page ??= new(
                _connection,
                $"""
                SELECT {SqliteOwed.Columns} FROM {SqliteOwed.Tables}
                WHERE o.client = $0 AND o.message > $1 AND o.message <= $2 AND o.received = 0 ORDER BY o.message LIMIT $3
                """);
            var room = bytes;
            var rows = _page.Bind(clientId, after, upTo, messages).Rows(SqliteOwed.Read, owed => (room -= owed.Message.Payload.Length) > 0);
            return new(rows, IsEnd: rows.Count < messages && room > 0);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _page?.Dispose();
            _connection?.Dispose();
        }
    }

    private static List<T> Rows<T>(SqliteConnection connection, string sql, Func<SqlRow, T> read)
    {
        using var statement = new Statement(connection, sql);
        return statement.Rows(read);
    }
}
