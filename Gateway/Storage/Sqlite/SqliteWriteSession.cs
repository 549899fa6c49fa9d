using Gateway.Journal;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>
/// The writer's connection. A batch's statements run in a transaction that stays open over many batches, and are on disk in the redo log; settling
/// commits the transaction. So a page of the database is written once for all the batches that changed it, and a batch waits for one short sync.
/// </summary>
internal sealed class SqliteWriteSession : IWriteSession
{
    private readonly SqliteConnection _connection;
    private readonly RedoLog _log;
    private readonly Checkpoints _checkpoints;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _putMeta;
    private readonly Statement _folded;
    private readonly Statement _unfolded;
    private readonly SqliteRows _rows;
    private readonly SqliteBrokerRows _brokerRows;
    private readonly SqliteReceiptRows _receiptRows;
    private readonly SqliteRetentionRows _retentionRows;
    private readonly ChannelHeads _heads;
    private readonly IReadOnlyList<IProjection> _projections;
    private readonly TimeProvider _time;

    // Owned by the writer loop. A transaction is open; it lacks what the log has; settling failed and has to succeed before anything is promised.
    private bool _open;
    private bool _isBehind;
    private bool _isOwed;

    public SqliteWriteSession(SqliteFile file, IEnumerable<IChannelKind> kinds, IEnumerable<IProjection> projections, TimeProvider time)
    {
        _projections = [.. projections];
        _time = time;
        _log = file.Redo;
        _checkpoints = file.Checkpoints;
        // The redo log stands for a commit until it is on disk.
        _connection = file.Connect(waits: false);
        _begin = new(_connection, "BEGIN IMMEDIATE");
        _commit = new(_connection, "COMMIT");
        _rollback = new(_connection, "ROLLBACK");
        _putMeta = new(_connection, "UPDATE meta SET value = $0 WHERE key = $1");
        _folded = new(_connection, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'folded'");
        _unfolded = new(_connection, "SELECT name FROM channels WHERE id IN (SELECT DISTINCT channel FROM events WHERE position > $0)");
        _rows = new(_connection, _log);
        _brokerRows = new(_connection, _log);
        _receiptRows = new(_connection, _log);
        _retentionRows = new(_connection, _log, WipeLog);
        using var position = new Statement(_connection, "SELECT COALESCE(MAX(position), 0) FROM events");
        _heads = new(kinds, position.RunScalar());
        FoldAfterCrash();
    }

    public int Unsettled => _log.Statements;

    public bool IsSettlingDue => _log.IsFull;

    public StoreTransaction Begin()
    {
        Open();
        if (_isOwed)
        {
            Settle();
            Open();
        }

        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        return new(new JournalTransaction(_rows, _heads, now, _projections), _brokerRows, _receiptRows, _retentionRows);
    }

    public void Commit()
    {
        if (!_log.HasBatch && Unsettled == 0)
        {
            // Nothing was written: the transaction is given back rather than kept open for nobody.
            Undo();
            return;
        }

        _log.Commit();
        _heads.Committed();
    }

    public void Rollback()
    {
        if (_log.HasBatch || !IsInTransaction)
        {
            BringBack();
        }
    }

    public void Settle()
    {
        if (Unsettled == 0 && !_isBehind)
        {
            return;
        }

        try
        {
            Open();
            CommitDatabase();
            _isOwed = false;
        }
        catch (StoreException)
        {
            _isOwed = true;
            BringBack();
            throw;
        }
    }

    public void Dispose()
    {
        ReadOnlySpan<IDisposable> all =
        [
            _rows, _brokerRows, _receiptRows, _retentionRows, _begin, _commit, _rollback, _putMeta, _folded, _unfolded, _connection,
        ];
        foreach (var part in all)
        {
            part.Dispose();
        }
    }

    private bool IsInTransaction => SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    /// <summary>A transaction that has everything that was promised.</summary>
    private void Open()
    {
        if (!_open)
        {
            _begin.Run();
            _open = true;
        }

        if (_isBehind)
        {
            CatchUp();
        }
    }

    private void CatchUp()
    {
        try
        {
            _log.Replay(_connection);
            FindUnfolded();
            _isBehind = false;
        }
        catch (StoreException)
        {
            // Half of it must not stay.
            Undo();
            throw;
        }
    }

    private void CommitDatabase()
    {
        // What comes next is written over what the commit before this one was promised by.
        _checkpoints.UntilKept();
        _log.Seal();
        _heads.Flush(_rows);
        _putMeta.Bind(_heads.Position, "folded").Run();
        _putMeta.Bind(_log.Generation + 1, "redo").Run();
        var statements = Unsettled;
        _commit.Run();
        _open = false;
        _log.Next();
        _heads.Settled();
        _checkpoints.Committed(_connection, statements);
    }

    /// <summary>Back to what was promised: the transaction is undone, and the log carried out again.</summary>
    private void BringBack()
    {
        _log.DropBatch();
        _heads.RolledBack();
        _isBehind |= Unsettled > 0;
        Undo();
        if (_isBehind)
        {
            Open();
        }
    }

    // After some failures SQLite has rolled back by itself; asking again is then an error that says only so.
    private void Undo()
    {
        if (_open && IsInTransaction)
        {
            _rollback.Run();
        }

        _open = false;
    }

    /// <summary>The log brings events back, not the states of their channels: those are folded again.</summary>
    private void FindUnfolded()
    {
        foreach (var name in _unfolded.Bind(_folded.RunScalar()).Rows(row => SqliteReader.Name(row, 0)))
        {
            _heads.Find(name, _rows);
        }
    }

    private void WipeLog()
    {
        _checkpoints.UntilKept();
        _log.WipeRest();
    }

    private void FoldAfterCrash()
    {
        Open();
        FindUnfolded();
        CommitDatabase();
    }
}
