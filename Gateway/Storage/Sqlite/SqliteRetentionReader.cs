using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Storage.Sqlite;

/// <summary>What retention looks at, on a connection of its own. Used only by its loop.</summary>
internal sealed class SqliteRetentionReader : IRetentionReader, IDisposable
{
    // So much is counted in one statement: no read transaction is held for long, which would hold up checkpoints.
    private const int Counted = 20_000;

    private readonly Microsoft.Data.Sqlite.SqliteConnection _connection;
    private readonly Statement _newest;
    private readonly Statement _oldest;
    private readonly Statement _figures;
    private readonly Statement _state;
    private readonly Statement _expired;

    public SqliteRetentionReader(SqliteFile file)
    {
        _connection = file.Connect();
        _newest = new(_connection, "SELECT COALESCE(MAX(position), 0) FROM events");
        _oldest = new(
            _connection, "SELECT position, channel, seq, at, LENGTH(data) FROM events WHERE kind = $0 AND position > $1 ORDER BY position LIMIT $2");
        _figures = new(
            _connection,
            """
            SELECT COUNT(*), COALESCE(SUM(bytes), 0), COALESCE(MAX(position), 0) FROM
            (SELECT position, LENGTH(data) AS bytes FROM events WHERE kind = $0 AND position > $1 ORDER BY position LIMIT $2)
            """);
        _state = new(_connection, "SELECT state FROM channels WHERE id = $0");
        _expired = new(
            _connection, "SELECT key FROM documents WHERE collection = $0 AND json_extract(CAST(body AS TEXT), '$.until') < $1 LIMIT $2");
    }

    public long NewestPosition() => _newest.RunScalar();

    public IReadOnlyList<OldEvent> Oldest(string kind, long after, int limit) => _oldest.Bind(kind, after, limit).Rows(row => new OldEvent(
        row.Integer(0), row.Integer(1), row.Integer(2), DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(3)), row.Integer(4), IsNeeded: false));

    public KindFigures Figures(string kind, CancellationToken cancellation)
    {
        var (all, after) = (new KindFigures(0, 0), 0L);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = _figures.Bind(kind, after, Counted).Rows(row => (Count: row.Integer(0), Bytes: row.Integer(1), Last: row.Integer(2)))[0];
            all = new(all.Events + part.Count, all.Bytes + part.Bytes);
            if (part.Count < Counted)
            {
                return all;
            }

            after = part.Last;
        }
    }

    public byte[] State(long channelId) => _state.Bind(channelId).Row(row => row.Blob(0))!;

    public IReadOnlyList<string> Expired(string collection, DateTimeOffset before, int limit) =>
        _expired.Bind(collection, ContractJson.Time(before), limit).Rows(row => row.Text(0));

    public void Dispose()
    {
        ReadOnlySpan<IDisposable> all = [_newest, _oldest, _figures, _state, _expired, _connection];
        foreach (var part in all)
        {
            part.Dispose();
        }
    }
}
