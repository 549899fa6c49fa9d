using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using SQLitePCL;

namespace Gateway.Storage.Sqlite;

/// <summary>
/// Makes the write-ahead log lasting after each commit, and carries what it has into the database, on a thread and a connection of its own: on the
/// writer's, both would hold up whoever waits for an acknowledgement then.
/// </summary>
internal sealed class Checkpoints : IDisposable
{
    // Statements: some megabytes of log, seldom enough that a page which changes often is carried over once.
    private const int Enough = 8_000;

    // Pages: 32 MB of log.
    private const int Long = 8_192;

    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly FileSync _sync;
    private readonly ILogger _log;
    private readonly EmptiedLog _emptied = new();
    private readonly object _gate = new();
    private readonly Task _loop;

    // All guarded by _gate: how many commits there were, how many of them are on disk, why the next is not, and statements since the last checkpoint.
    private long _commits;
    private long _kept;
    private StoreException? _failure;
    private int _statements;
    private bool _isStopping;

    // The loop's alone. After a sync that failed the system may hold for written what is not: then only what is in the database counts.
    private StoreException? _doubt;

    // Set by the loop, cleared by the writer. A log is begun anew only when all of it was carried over, and something was committed meanwhile: so the
    // writer carries the rest, which is short, between two of its commits. Without that the log would grow for ever under a steady load.
    private volatile bool _isLeft;

    /// <param name="connection">To be its own.</param>
    /// <param name="path">Of the write-ahead log.</param>
    /// <param name="sync">How that is made lasting.</param>
    /// <param name="log">Hears what failed.</param>
    public Checkpoints(SqliteConnection connection, string path, FileSync sync, ILogger log)
    {
        _connection = connection;
        _path = path;
        _sync = sync;
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

        lock (_gate)
        {
            _commits++;
            _statements += statements;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Returns when all commits are on disk. The writer's, as the one above.</summary>
    public void UntilKept()
    {
        lock (_gate)
        {
            while (_kept < _commits)
            {
                if (_failure is { } failure)
                {
                    // Told once; then it is tried again.
                    _failure = null;
                    Monitor.PulseAll(_gate);
                    throw failure;
                }

                Monitor.Wait(_gate);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            Monitor.PulseAll(_gate);
        }

        _loop.GetAwaiter().GetResult();
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
        using var log = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        while (Take(out var commits, out var isMuch))
        {
            Sync(log);
            if (_doubt is null)
            {
                Tell(commits);
            }

            if (isMuch || _doubt is not null)
            {
                var isWhole = Carry(_connection);
                if (_doubt is not null)
                {
                    _doubt = isWhole ? null : _doubt;
                    Tell(commits);
                }
            }
        }
    }

    /// <summary>Waits until there is something to do; false at the end.</summary>
    private bool Take(out long commits, out bool isMuch)
    {
        lock (_gate)
        {
            while (!_isStopping && (_kept == _commits || _failure is not null))
            {
                Monitor.Wait(_gate);
            }

            commits = _commits;
            isMuch = _statements >= Enough;
            if (isMuch)
            {
                _statements = 0;
            }

            return !_isStopping;
        }
    }

    private void Sync(SafeFileHandle log)
    {
        try
        {
            _sync(log, _path);
        }
        catch (IOException error)
        {
            _doubt = SqliteFault.OfFile(error);
            StorageLog.LogNotKept(_log, error, _doubt.Message);
        }
    }

    private void Tell(long commits)
    {
        lock (_gate)
        {
            _failure = _doubt;
            _kept = _doubt is null ? commits : _kept;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>True when all of it is in the database, on disk. What fails is tried again with the next: the log has it all the same.</summary>
    private bool Carry(SqliteConnection connection)
    {
        var result = raw.sqlite3_wal_checkpoint_v2(connection.Handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var pages, out var carried);
        if (result is not (raw.SQLITE_OK or raw.SQLITE_BUSY))
        {
            StorageLog.CheckpointFailed(_log, raw.sqlite3_errmsg(connection.Handle).utf8_to_string());
        }

        _isLeft |= connection == _connection && pages >= Long;
        return result == raw.SQLITE_OK && carried == pages;
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
