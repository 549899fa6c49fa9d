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
            row.Text(0), new RetainedMessage(Bytes(row, 1), (byte)row.Integer(2), Time(row, 3), Bytes(row, 4))));
    }

    public IReadOnlyList<StoredSession> Sessions()
    {
        using var connection = file.Connect();
        var sessions = Rows(connection, "SELECT client, owner, expiry, expires_at, will, will_at, sent_up_to FROM sessions", row => new SessionRow(
            row.Text(0),
            row.Text(1),
            (uint)row.Integer(2),
            Time(row, 3),
            row.IsNull(4) ? null : ContractJson.Read<StoredWill>(Bytes(row, 4)),
            Time(row, 5),
            row.Integer(6)));
        var subscriptions = Rows(connection, "SELECT client, filter, options, identifier FROM subscriptions", row => (
            Client: row.Text(0), Row: new SubscriptionRow(row.Text(1), (byte)row.Integer(2), row.IsNull(3) ? null : (int)row.Integer(3))))
            .ToLookup(row => row.Client, row => row.Row);
        var incoming = Rows(connection, "SELECT client, packet FROM incoming", row => (Client: row.Text(0), Packet: (ushort)row.Integer(1)))
            .ToLookup(row => row.Client, row => row.Packet);
        var messages = Rows(connection, "SELECT id, topic, payload, qos, retain, expires_at, properties FROM messages", row => new StoredMessage(
            row.Integer(0), row.Text(1), Bytes(row, 2), (byte)row.Integer(3), row.Integer(4) != 0, Time(row, 5), Bytes(row, 6)))
            .ToDictionary(message => message.Id);
        var owed = Rows(connection, "SELECT client, message, qos, retain, identifiers, received FROM owed ORDER BY client, message", row => (
            Client: row.Text(0),
            Message: new OwedMessage(messages[row.Integer(1)], (byte)row.Integer(2), row.Integer(3) != 0, Identifiers(row, 4), row.Integer(5) != 0)))
            .ToLookup(row => row.Client, row => row.Message);
        return sessions.ConvertAll(session => new StoredSession(
            session, [.. subscriptions[session.ClientId]], [.. incoming[session.ClientId]], [.. owed[session.ClientId]]));
    }

    private static List<T> Rows<T>(SqliteConnection connection, string sql, Func<SqlRow, T> read)
    {
        using var statement = new Statement(connection, sql);
        return statement.Rows(read);
    }

    private static byte[] Bytes(SqlRow row, int column) => row.Blob(column);

    private static DateTimeOffset? Time(SqlRow row, int column) =>
        row.IsNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(column));

    private static List<int>? Identifiers(SqlRow row, int column) =>
        row.IsNull(column) ? null : [.. row.Text(column).Split(',').Select(int.Parse)];
}
