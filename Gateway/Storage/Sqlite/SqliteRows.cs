using Gateway.Journal;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>The journal's rows inside the writer's transaction. Used only by the writer loop.</summary>
internal sealed class SqliteRows : IJournalRows, IDisposable
{
    private readonly Statement _findHead;
    private readonly Statement _insertHead;
    private readonly Statement _updateHead;
    private readonly Statement _rewriteHead;
    private readonly Statement _insertEvent;
    private readonly Statement _rewriteEvent;
    private readonly Statement _eventsAfter;
    private readonly Statement _findKey;
    private readonly Statement _insertKey;
    private readonly Statement _findDocument;
    private readonly Statement _putDocument;
    private readonly Statement _removeDocument;

    public SqliteRows(SqliteConnection connection, RedoLog log)
    {
        _findHead = new(connection, "SELECT id, seq, position, state FROM channels WHERE name = $0");
        _insertHead = new(connection, "INSERT INTO channels (name, kind) VALUES ($0, $1) RETURNING id", log);
        _updateHead = new(connection, "UPDATE channels SET seq = $0, position = $1, state = $2 WHERE id = $3");
        _rewriteHead = new(connection, "UPDATE channels SET seq = $0, position = $1, state = $2 WHERE id = $3", log);
        _insertEvent = new(connection, "INSERT INTO events (position, channel, kind, seq, type, at, data) VALUES ($0, $1, $2, $3, $4, $5, $6)", log);
        _rewriteEvent = new(connection, "UPDATE events SET data = $0 WHERE position = $1", log);
        _eventsAfter = new(connection, "SELECT position, seq, type, at, data FROM events WHERE channel = $0 AND seq > $1 ORDER BY seq");
        _findKey = new(connection, "SELECT position, fingerprint FROM seen_keys WHERE scope = $0 AND key = $1");
        _insertKey = new(connection, "INSERT INTO seen_keys (scope, key, position, fingerprint) VALUES ($0, $1, $2, $3)", log);
        _findDocument = new(connection, "SELECT body FROM documents WHERE collection = $0 AND key = $1");
        _putDocument = new(connection, "INSERT INTO documents (collection, key, body) VALUES ($0, $1, $2) ON CONFLICT DO UPDATE SET body = excluded.body", log);
        _removeDocument = new(connection, "DELETE FROM documents WHERE collection = $0 AND key = $1", log);
    }

    public HeadRow? FindHead(ChannelName channel) =>
        _findHead.Bind(channel.ToString()).Row(row => new HeadRow(row.Integer(0), row.Integer(1), row.Integer(2), row.Blob(3)));

    public long InsertHead(ChannelName channel) => _insertHead.Bind(channel.ToString(), channel.Kind).RunScalar();

    public void UpdateHead(long id, long seq, long position, ReadOnlyMemory<byte> state) => _updateHead.Bind(seq, position, state, id).Run();

    public void RewriteHead(long id, long seq, long position, ReadOnlyMemory<byte> state) => _rewriteHead.Bind(seq, position, state, id).Run();

    public void InsertEvent(long channelId, StoredEvent stored) => _insertEvent.Bind(
        stored.Position, channelId, stored.Channel.Kind, stored.Seq, stored.Type, stored.At.ToUnixTimeMilliseconds(), stored.Data).Run();

    public void RewriteEvent(long position, ReadOnlyMemory<byte> data) => _rewriteEvent.Bind(data, position).Run();

    public IReadOnlyList<StoredEvent> EventsAfter(long channelId, ChannelName channel, long seq) => _eventsAfter.Bind(channelId, seq).Rows(row =>
        new StoredEvent(channel, row.Integer(1), row.Integer(0), row.Text(2), DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(3)), row.Blob(4)));

    public SeenKey? FindKey(string scope, string key) => _findKey.Bind(scope, key).Row(row => new SeenKey(row.Integer(0), row.Text(1)));

    public void InsertKey(string scope, string key, SeenKey seen)
    {
        try
        {
            _insertKey.Bind(scope, key, seen.Position, seen.Fingerprint).Run();
        }
        catch (InvalidOperationException twice)
        {
            throw new InvalidOperationException($"key '{key}' of '{scope}' is remembered already", twice);
        }
    }

    public byte[]? Find(string collection, string key) => _findDocument.Bind(collection, key).Row(row => row.Blob(0));

    public void Put(string collection, string key, ReadOnlyMemory<byte> body) => _putDocument.Bind(collection, key, body).Run();

    public void Remove(string collection, string key) => _removeDocument.Bind(collection, key).Run();

    public void Dispose()
    {
        ReadOnlySpan<Statement> all =
        [
            _findHead, _insertHead, _updateHead, _rewriteHead, _insertEvent, _rewriteEvent, _eventsAfter, _findKey, _insertKey, _findDocument, _putDocument,
            _removeDocument,
        ];
        foreach (var statement in all)
        {
            statement.Dispose();
        }
    }
}
