using Gateway.Journal;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>The writer's connection: one transaction a batch, its statements prepared once.</summary>
internal sealed class SqliteWriteSession : IWriteSession
{
    private readonly SqliteConnection _connection;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly SqliteRows _rows;
    private readonly SqliteBrokerRows _brokerRows;
    private readonly ChannelHeads _heads;
    private readonly IReadOnlyList<IProjection> _projections;
    private readonly TimeProvider _time;

    // Owned by the writer loop.
    private bool _open;

    public SqliteWriteSession(SqliteFile file, IEnumerable<IChannelKind> kinds, IEnumerable<IProjection> projections, TimeProvider time)
    {
        _projections = [.. projections];
        _time = time;
        _connection = file.Connect();
        _begin = new(_connection, "BEGIN IMMEDIATE");
        _commit = new(_connection, "COMMIT");
        _rollback = new(_connection, "ROLLBACK");
        _rows = new(_connection);
        _brokerRows = new(_connection);
        using var position = new Statement(_connection, "SELECT COALESCE(MAX(position), 0) FROM events");
        _heads = new(kinds, position.RunScalar());
    }

    public StoreTransaction Begin()
    {
        _begin.Run();
        _open = true;
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        return new(new JournalTransaction(_rows, _heads, now, _projections), _brokerRows);
    }

    public void Commit()
    {
        _heads.Flush(_rows);
        _commit.Run();
        _open = false;
        _heads.Committed();
    }

    public void Rollback()
    {
        _heads.RolledBack();
        if (_open)
        {
            // After some failures SQLite has rolled back by itself; asking again is then an error that says only so.
            if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0)
            {
                _rollback.Run();
            }

            _open = false;
        }
    }

    public void Dispose()
    {
        _rows.Dispose();
        _brokerRows.Dispose();
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        _connection.Dispose();
    }
}
