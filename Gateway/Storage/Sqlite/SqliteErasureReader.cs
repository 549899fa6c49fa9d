using Gateway.Journal;

namespace Gateway.Storage.Sqlite;

/// <summary>Looks for a person through all that is kept, a part at a time, on a connection of its own. Used by one at a time.</summary>
internal sealed class SqliteErasureReader : IErasureReader, IDisposable
{
    private readonly Microsoft.Data.Sqlite.SqliteConnection _connection;
    private readonly Statement _channels;
    private readonly Statement _events;
    private readonly Statement _partEnd;
    private readonly Statement _followed;
    private readonly Statement _channelsEnd;
    private readonly Statement _documents;
    private readonly Statement _messages;
    private readonly Statement[] _all;

    public SqliteErasureReader(SqliteFile file)
    {
        _connection = file.Connect();
        _channels = new(_connection, "SELECT name FROM channels WHERE kind = $0 AND (kind = 'checkins' OR instr(state, $1) > 0)");
        _events = new(
            _connection,
            """
            SELECT e.position, e.seq, e.type, e.at, e.data, c.name FROM events e JOIN channels c ON c.id = e.channel
            WHERE e.kind = $0 AND e.position > $1 AND e.position <= $2 AND instr(e.data, $3) > 0 ORDER BY e.position
            """);
        _partEnd = new(
            _connection,
            "SELECT COALESCE(MAX(position), 0) FROM (SELECT position FROM events WHERE kind = $0 AND position > $1 ORDER BY position LIMIT $2)");
        _followed = new(
            _connection,
            """
            SELECT c.name, r.subscriber, r.step, r.after, r.through, r.at, r.connected FROM receipts r JOIN channels c ON c.id = r.channel
            WHERE r.channel > $0 AND r.channel <= $1 AND r.user = $2 ORDER BY r.channel, r.step, r.through
            """);
        _channelsEnd = new(_connection, "SELECT COALESCE(MAX(id), 0) FROM (SELECT id FROM channels WHERE id > $0 ORDER BY id LIMIT $1)");
        _documents = new(
            _connection, "SELECT collection, key, body FROM documents WHERE collection >= $0 AND collection < $1 AND (collection, key) > ($2, $3) LIMIT $4");
        _messages = new(_connection, "SELECT id, payload FROM messages WHERE topic LIKE 'enrollments/%' AND instr(payload, $0) > 0");
        _all = [_channels, _events, _partEnd, _followed, _channelsEnd, _documents, _messages];
    }

    public IReadOnlyList<ChannelName> Channels(string kind, byte[] needle) =>
        _channels.Bind(kind, needle).Rows(row => SqliteReader.Name(row, 0));

    public (IReadOnlyList<StoredEvent> Found, long End) Events(string kind, byte[] needle, long after, int part)
    {
        var end = _partEnd.Bind(kind, after, part).RunScalar();
        return end == 0 ? ([], 0) : (_events.Bind(kind, after, end, needle).Rows(Event), end);
    }

    public (IReadOnlyList<ReceiptRange> Receipts, long End) Followed(string user, long after, int part)
    {
        var end = _channelsEnd.Bind(after, part).RunScalar();
        return end == 0 ? ([], 0) : (_followed.Bind(after, end, user).Rows(row => Receipt(row, user)), end);
    }

    public IReadOnlyList<KeptDocument> Documents(string from, string to, KeptDocument? after, int limit) =>
        _documents.Bind(from, to, after?.Collection ?? "", after?.Key ?? "", limit).Rows(row => new KeptDocument(row.Text(0), row.Text(1), row.Blob(2)));

    public IReadOnlyList<(long Id, byte[] Payload)> Messages(byte[] needle) => _messages.Bind(needle).Rows(row => (row.Integer(0), row.Blob(1)));

    private static StoredEvent Event(SqlRow row) => new(
        SqliteReader.Name(row, 5), row.Integer(1), row.Integer(0), row.Text(2), DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(3)), row.Blob(4));

    private static ReceiptRange Receipt(SqlRow row, string user) => new(
        new(SqliteReader.Name(row, 0), row.Text(1), user, (ReceiptStep)row.Integer(2)),
        row.Integer(3),
        row.Integer(4),
        DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(5)),
        row.IsNull(6) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(6)));

    public void Dispose()
    {
        foreach (var statement in _all)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }
}
