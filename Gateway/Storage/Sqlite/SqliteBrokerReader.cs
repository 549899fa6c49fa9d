using Gateway.Broker;
using Gateway.Contract;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>Reads what the broker kept, once at start, on a connection of its own.</summary>
internal sealed class SqliteBrokerReader(SqliteFile file) : IBrokerReader
{
    public IReadOnlyList<KeyValuePair<string, RetainedMessage>> Retained()
    {
        using var connection = file.Connect();
        return Rows(connection, "SELECT topic, payload, qos, expires_at, properties FROM retained", row => KeyValuePair.Create(
            row.GetString(0), new RetainedMessage(Bytes(row, 1), row.GetByte(2), Time(row, 3), Bytes(row, 4))));
    }

    public IReadOnlyList<StoredSession> Sessions()
    {
        using var connection = file.Connect();
        var sessions = Rows(connection, "SELECT client, owner, expiry, expires_at, will, will_at, sent_up_to FROM sessions", row => new SessionRow(
            row.GetString(0),
            row.GetString(1),
            (uint)row.GetInt64(2),
            Time(row, 3),
            row.IsDBNull(4) ? null : ContractJson.Read<StoredWill>(Bytes(row, 4)),
            Time(row, 5),
            row.GetInt64(6)));
        var subscriptions = Rows(connection, "SELECT client, filter, options, identifier FROM subscriptions", row => (
            Client: row.GetString(0), Row: new SubscriptionRow(row.GetString(1), row.GetByte(2), row.IsDBNull(3) ? null : row.GetInt32(3))))
            .ToLookup(row => row.Client, row => row.Row);
        var incoming = Rows(connection, "SELECT client, packet FROM incoming", row => (Client: row.GetString(0), Packet: (ushort)row.GetInt32(1)))
            .ToLookup(row => row.Client, row => row.Packet);
        var messages = Rows(connection, "SELECT id, topic, payload, qos, retain, expires_at, properties FROM messages", row => new StoredMessage(
            row.GetInt64(0), row.GetString(1), Bytes(row, 2), row.GetByte(3), row.GetBoolean(4), Time(row, 5), Bytes(row, 6)))
            .ToDictionary(message => message.Id);
        var owed = Rows(connection, "SELECT client, message, qos, retain, identifiers, received FROM owed ORDER BY client, message", row => (
            Client: row.GetString(0),
            Message: new OwedMessage(messages[row.GetInt64(1)], row.GetByte(2), row.GetBoolean(3), Identifiers(row, 4), row.GetBoolean(5))))
            .ToLookup(row => row.Client, row => row.Message);
        return sessions.ConvertAll(session => new StoredSession(
            session, [.. subscriptions[session.ClientId]], [.. incoming[session.ClientId]], [.. owed[session.ClientId]]));
    }

    private static List<T> Rows<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using var statement = new Statement(connection, sql);
        return statement.Rows(read);
    }

    private static byte[] Bytes(SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    private static DateTimeOffset? Time(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static List<int>? Identifiers(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? null : [.. row.GetString(column).Split(',').Select(int.Parse)];
}
