using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gateway.Storage.Sqlite;

/// <summary>
/// Carries what the write-ahead log has into the database, on a thread and a connection of its own: on the writer's, every thousandth page would
/// hold up whoever waits for an acknowledgement then.
/// </summary>
internal sealed class Checkpoints : IDisposable
{
    // Some megabytes of log: seldom enough that a page which changes often is carried over once.
    private const int Enough = 8_000;

    private readonly SqliteConnection _connection;
    private readonly ILogger _log;
    private readonly EmptiedLog _emptied = new();
    private readonly SemaphoreSlim _due = new(0);
    private readonly Task _loop;

    // Statements since the last checkpoint; the writer's alone.
    private int _statements;

    // Set by the loop, cleared by the writer. A log is begun anew only when all of it was carried over, and something was committed meanwhile: so the
    // writer carries the rest, which is short, between two of its commits. Without that the log would grow for ever under a steady load.
    private volatile bool _isLeft;
    private volatile bool _isStopping;

    public Checkpoints(SqliteConnection connection, ILogger log)
    {
        _connection = connection;
        _log = log;
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>With its next commits the writer empties the log's file when asked, as soon as no reader is in the way.</summary>
    public IEmptiedLog Emptied => _emptied;

    /// <summary>Called by the writer after each commit, with what was in it.</summary>
    public void Committed(SqliteConnection writer, int statements)
    {
        if (_emptied.IsToBeEmptied)
        {
            Empty(writer);
        }
        else if (_isLeft)
        {
            _isLeft = false;
            Carry(writer);
        }

        _statements += statements;
        if (_statements >= Enough)
        {
            _statements = 0;
            _due.Release();
        }
    }

    public void Dispose()
    {
        _isStopping = true;
        _due.Release();
        _loop.GetAwaiter().GetResult();
        _due.Dispose();
        _connection.Dispose();
    }

    // Readers are short; whoever waits for an acknowledgement does not wait for them.
    private void Empty(SqliteConnection writer)
    {
        raw.sqlite3_busy_timeout(writer.Handle, 0);
        var result = raw.sqlite3_wal_checkpoint_v2(writer.Handle, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        raw.sqlite3_busy_timeout(writer.Handle, SqliteFile.BusyTimeout);
        if (result == raw.SQLITE_OK)
        {
            _emptied.Done();
        }
    }

    private void Run()
    {
        while (true)
        {
            _due.Wait();
            if (_isStopping)
            {
                return;
            }

            Carry(_connection);
            _isLeft = true;
        }
    }

    /// <summary>What fails is tried again with the next: the log has it all the same.</summary>
    private void Carry(SqliteConnection connection)
    {
        var result = raw.sqlite3_wal_checkpoint_v2(connection.Handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        if (result is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
        {
            StorageLog.CheckpointFailed(_log, raw.sqlite3_errmsg(connection.Handle).utf8_to_string());
        }
    }

    // Whoever asks outlives nothing of this, and does not dispose of it.
    private sealed class EmptiedLog : IEmptiedLog
    {
        private volatile bool _isAsked;

        public bool IsToBeEmptied => _isAsked;

        public void AskToEmpty() => _isAsked = true;

        public void Done() => _isAsked = false;
    }
}
