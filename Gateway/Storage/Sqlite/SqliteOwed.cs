using Gateway.Broker;

namespace Gateway.Storage.Sqlite;

/// <summary>How a message that a session is owed is read: reader and writer ask for the same columns.</summary>
internal static class SqliteOwed
{
    public const string Tables = "owed AS o JOIN messages AS m ON m.id = o.message";

    public const string Columns =
        "m.id, m.topic, m.payload, m.qos, m.retain, m.expires_at, m.properties, o.qos, o.retain, o.identifiers, o.received, o.share";

    /// <summary>Messages, bytes and the last id.</summary>
    public const string Size = "COUNT(*), SUM(LENGTH(CAST(m.topic AS BLOB)) + LENGTH(m.payload) + LENGTH(m.properties)), MAX(m.id)";

    public static OwedMessage Read(SqlRow row) => new(
        new(row.Integer(0), row.Text(1), Bytes(row, 2), (byte)row.Integer(3), row.Integer(4) != 0, Time(row, 5), Bytes(row, 6)),
        (byte)row.Integer(7), row.Integer(8) != 0, Identifiers(row, 9), row.Integer(10) != 0, Text(row, 11));

    public static BacklogSize ReadSize(SqlRow row, int column) => new((int)row.Integer(column), row.Integer(column + 1), row.Integer(column + 2));

    public static byte[] Bytes(SqlRow row, int column) => row.Blob(column);

    public static DateTimeOffset? Time(SqlRow row, int column) =>
        row.IsNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(column));

    public static string? Text(SqlRow row, int column) => row.IsNull(column) ? null : row.Text(column);

    private static List<int>? Identifiers(SqlRow row, int column) =>
        row.IsNull(column) ? null : [.. row.Text(column).Split(',').Select(int.Parse)];
}
