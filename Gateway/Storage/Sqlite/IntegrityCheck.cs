using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gateway.Storage.Sqlite;

/// <summary>
/// Looks through the whole database after a stop that was none: on a thread of its own, while the service serves, since that takes minutes for a large
/// one. What it finds makes health red.
/// </summary>
internal sealed class IntegrityCheck(SqliteFile file, ILogger<IntegrityCheck> log) : IDisposable
{
    // Channels of one statement: no read transaction of ours holds up checkpoints for long.
    private const int Step = 500;

    private readonly SqliteConnection _connection = file.Connect();
    private Task _loop = Task.CompletedTask;
    private volatile string? _damage;
    private volatile bool _isStopping;

    /// <summary>What is wrong; null while nothing was found.</summary>
    public string? Damage => _damage;

    /// <summary>Ends when everything was looked at.</summary>
    public Task Ended => _loop;

    public void Start()
    {
        if (!file.WasClosedCleanly)
        {
            _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    public void Dispose()
    {
        _isStopping = true;
        if (!_loop.IsCompleted)
        {
            raw.sqlite3_interrupt(_connection.Handle);
        }

        _loop.GetAwaiter().GetResult();
        _connection.Dispose();
    }

    private void Run()
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            _damage = Pages() ?? Channels();
        }
        catch (StoreException failure)
        {
            if (_isStopping)
            {
                StorageLog.CheckStopped(log);
                return;
            }

            _damage = failure.Message;
        }

        if (_damage is null)
        {
            StorageLog.Checked(log, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        else
        {
            StorageLog.Damaged(log, _damage);
        }
    }

    private static string Damaged(string how) => $"the database is damaged: {how}; stop the service, and restore a backup: gateway restore FILE";

    private string? Pages()
    {
        using var check = new Statement(_connection, "PRAGMA quick_check(1)");
        var verdict = check.Rows(row => row.Text(0))[0];
        return verdict == "ok" ? null : Damaged(verdict);
    }

    /// <summary>Every channel has each of its events once, and its head is that of the last.</summary>
    private string? Channels()
    {
        using var last = new Statement(_connection, "SELECT COALESCE(MAX(id), 0) FROM channels");
        using var wrong = new Statement(
            _connection,
            """
            SELECT name FROM (
              SELECT c.name, c.seq, c.oldest, COUNT(e.seq) AS events, MAX(e.seq) AS newest
              FROM channels c LEFT JOIN events e ON e.channel = c.id WHERE c.id > $0 AND c.id <= $1 GROUP BY c.id)
            WHERE events <> seq - oldest + 1 OR newest <> seq LIMIT 1
            """);
        var end = last.RunScalar();
        for (var first = 0L; first < end && !_isStopping; first += Step)
        {
            if (wrong.Bind(first, first + Step).Rows(row => row.Text(0)) is [{ } channel, ..])
            {
                return Damaged($"the events of {channel} are not those that its head knows");
            }
        }

        return null;
    }
}
