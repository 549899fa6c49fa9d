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

    // 64 MiB. Where the writer never pauses, a checkpoint beside it never reaches the end; then one is made between two of its commits.
    private const int TooLong = 16_384;

    private readonly SqliteConnection _connection;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _due = new(0);
    private readonly Task _loop;

    // Statements since the last checkpoint; the writer's alone.
    private int _statements;

    // Set by the loop, read by the writer.
    private volatile bool _isBehind;
    private volatile bool _isStopping;

    public Checkpoints(SqliteConnection connection, ILogger log)
    {
        _connection = connection;
        _log = log;
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Called by the writer after each commit, with what was in it.</summary>
    public void Committed(SqliteConnection writer, int statements)
    {
        _statements += statements;
        if (_statements < Enough)
        {
            return;
        }

        _statements = 0;
        if (_isBehind)
        {
            _isBehind = Carry(writer) > TooLong;
        }
        else
        {
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

    private void Run()
    {
        while (true)
        {
            _due.Wait();
            if (_isStopping)
            {
                return;
            }

            _isBehind = Carry(_connection) > TooLong;
        }
    }

    /// <summary>Pages that are in the log and not in the database yet. What fails is tried again with the next: the log has it all the same.</summary>
    private int Carry(SqliteConnection connection)
    {
        var result = raw.sqlite3_wal_checkpoint_v2(connection.Handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var pages, out var carried);
        if (result is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
        {
            StorageLog.CheckpointFailed(_log, raw.sqlite3_errmsg(connection.Handle).utf8_to_string());
        }

        return pages - carried;
    }
}
