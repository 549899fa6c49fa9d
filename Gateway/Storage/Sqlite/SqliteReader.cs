using System.Collections.Concurrent;
using Gateway.Journal;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>Reads what is committed, on connections of its own: in WAL mode no reader waits for the writer, nor it for them.</summary>
internal sealed class SqliteReader(SqliteFile file, StoreMeters meters) : IStoreReader, IReceiptReader, IDisposable
{
    // Idle connections; one is made when all are in use, so reads never queue behind each other.
    private readonly ConcurrentBag<Session> _idle = [];

    public string Epoch => file.Epoch;

    public ValueTask<ChannelSnapshot?> SnapshotAsync(ChannelName channel, CancellationToken cancellation) =>
        ValueTask.FromResult(Read(session => session.Snapshot.Bind(channel.ToString()).Row(Snapshot)));

    public ValueTask<JournalPage> ReadAsync(ChannelName channel, long after, int limit, CancellationToken cancellation) =>
        Page("channel", session =>
        {
            var head = session.Channel.Bind(channel.ToString()).Rows(row => (Id: row.Integer(0), Oldest: row.Integer(1)));
            return head is not [var (id, oldest)] ? new([], oldest: 1) : new(session.Events.Bind(id, after, limit).Rows(row => Event(channel, row)), oldest);
        });

    public ValueTask<JournalPage> ReadFeedAsync(string kind, long after, int limit, CancellationToken cancellation) => Page("feed", session =>
        new(session.Feed.Bind(kind, after, limit).Rows(row => Event(Name(row, 5), row)), session.Floor.Bind(kind).RunScalar()));

    public ValueTask<FeedSnapshot> ListAsync(string kind, long? before, int limit, CancellationToken cancellation) =>
        ValueTask.FromResult(Read(session => AtOneMoment(session, () => List(session, kind, before ?? long.MaxValue, limit))));

    public IReadOnlyList<KeyValuePair<string, byte[]>> Documents(string collection) => Read(session =>
        session.Documents.Bind(collection).Rows(Document));

    public IReadOnlyList<KeyValuePair<string, byte[]>> Documents(string collection, string? before, int limit) => Read(session => before is null
        ? session.NewestDocuments.Bind(collection, limit).Rows(Document)
        : session.DocumentsBefore.Bind(collection, before, limit).Rows(Document));

    public byte[]? Document(string collection, string key) => Read(session =>
        session.OneDocument.Bind(collection, key).Row(row => row.Blob(0)));

    public IReadOnlyList<ReceiptRange> Receipts(ChannelName channel) => Read(session => session.Receipts.Bind(channel.ToString()).Rows(row =>
        new ReceiptRange(
            new(channel, row.Text(0), row.Text(1) is { Length: > 0 } user ? user : null, (ReceiptStep)row.Integer(2)),
            row.Integer(3),
            row.Integer(4),
            At(row, 5),
            row.IsNull(6) ? null : At(row, 6))));

    public void Dispose()
    {
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
    }

    private static KeyValuePair<string, byte[]> Document(SqlRow row) => KeyValuePair.Create(row.Text(0), row.Blob(1));

    private static FeedSnapshot List(Session session, string kind, long before, int limit)
    {
        var position = session.Position.RunScalar();
        long? next = null;
        var rows = session.List.Bind(kind, before, limit + 1).Rows(row => (Id: row.Integer(4), Item: Snapshot(row)));
        if (rows.Count > limit)
        {
            rows.RemoveAt(limit);
            next = rows[^1].Id;
        }

        return new FeedSnapshot(position, session.Floor.Bind(kind).RunScalar(), rows.ConvertAll(row => row.Item), next);
    }

    private static StoredEvent Event(ChannelName channel, SqlRow row) =>
        new(channel, row.Integer(1), row.Integer(0), row.Text(2), At(row, 3), row.Blob(4));

    private static ChannelSnapshot Snapshot(SqlRow row) => new(Name(row, 0), row.Integer(1), row.Integer(2), row.Blob(3));

    public static ChannelName Name(SqlRow row, int column) =>
        ChannelName.TryParse(row.Text(column), out var name)
            ? name
            : throw new InvalidDataException($"channel name '{row.Text(column)}' in the database");

    private static DateTimeOffset At(SqlRow row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(column));

    private ValueTask<JournalPage> Page(string stream, Func<Session, JournalPage> read)
    {
        var page = Read(session => AtOneMoment(session, () => read(session)));
        meters.Read(stream, page.Count);
        return ValueTask.FromResult(page);
    }

    /// <summary>One read transaction: all that is read in it is of the same moment.</summary>
    private static T AtOneMoment<T>(Session session, Func<T> read)
    {
        session.Begin.Run();
        try
        {
            return read();
        }
        finally
        {
            session.End.Run();
        }
    }

    private T Read<T>(Func<Session, T> read)
    {
        var session = _idle.TryTake(out var idle) ? idle : new Session(file.Connect());
        try
        {
            var result = read(session);
            _idle.Add(session);
            return result;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private sealed class Session(SqliteConnection connection) : IDisposable
    {
        public Statement Snapshot { get; } = new(connection, "SELECT name, seq, oldest, state FROM channels WHERE name = $0 AND seq > 0");

        public Statement Channel { get; } = new(connection, "SELECT id, oldest FROM channels WHERE name = $0");

        public Statement Events { get; } = new(
            connection, "SELECT position, seq, type, at, data FROM events WHERE channel = $0 AND seq > $1 ORDER BY seq LIMIT $2");

        public Statement Feed { get; } = new(
            connection,
            """
            SELECT e.position, e.seq, e.type, e.at, e.data, c.name FROM events e JOIN channels c ON c.id = e.channel
            WHERE e.kind = $0 AND e.position > $1 ORDER BY e.position LIMIT $2
            """);

        public Statement List { get; } = new(
            connection, "SELECT name, seq, oldest, state, id FROM channels WHERE kind = $0 AND id < $1 AND seq > 0 ORDER BY id DESC LIMIT $2");

        public Statement Position { get; } = new(connection, "SELECT COALESCE(MAX(position), 0) FROM events");

        /// <summary>Where the history of a feed begins.</summary>
        public Statement Floor { get; } = new(
            connection, "SELECT COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'floor:' || $0), 1)");

        public Statement Documents { get; } = new(connection, "SELECT key, body FROM documents WHERE collection = $0 ORDER BY key");

        public Statement NewestDocuments { get; } = new(
            connection, "SELECT key, body FROM documents WHERE collection = $0 ORDER BY key DESC LIMIT $1");

        public Statement DocumentsBefore { get; } = new(
            connection, "SELECT key, body FROM documents WHERE collection = $0 AND key < $1 ORDER BY key DESC LIMIT $2");

        public Statement OneDocument { get; } = new(connection, "SELECT body FROM documents WHERE collection = $0 AND key = $1");

        public Statement Receipts { get; } = new(
            connection,
            "SELECT subscriber, user, step, after, through, at, connected FROM receipts WHERE channel = (SELECT id FROM channels WHERE name = $0)");

        public Statement Begin { get; } = new(connection, "BEGIN");

        public Statement End { get; } = new(connection, "COMMIT");

        public void Dispose()
        {
            ReadOnlySpan<Statement> all =
            [
                Snapshot, Channel, Events, Feed, List, Position, Floor, Documents, NewestDocuments, DocumentsBefore, OneDocument, Receipts, Begin, End,
            ];
            foreach (var statement in all)
            {
                statement.Dispose();
            }

            connection.Dispose();
        }
    }
}
