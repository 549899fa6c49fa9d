using System.Globalization;
using Gateway.Contract;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Storage.Sqlite;

/// <summary>The database file: opened, locked to this process, migrated to the newest schema. Gives out connections.</summary>
internal sealed class SqliteFile : IDisposable
{
    public const string Name = "gateway.db";

    /// <summary>In milliseconds.</summary>
    public const int BusyTimeout = 5000;

    /// <summary>What belongs to a database, as the ends of its files' names.</summary>
    public static readonly IReadOnlyList<string> Parts = ["", Wal, "-shm", .. RedoLog.Parts];

    private const string Wal = "-wal";

    private readonly string _connectionString;
    private readonly FileStream? _lock;
    private readonly ILogger _log;
    private readonly FileSync _sync;
    private RedoLog? _redo;
    private Checkpoints? _checkpoints;

    private SqliteFile(string path, FileStream? ownership, string version, ILogger log, FileSync? sync = null)
    {
        _log = log;
        _sync = sync ?? DiskSync.Flush;
        Path = path;
        Version = version;
        _lock = ownership;
        // Pooling off: each owner keeps its connection as long as it lives.
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            Cache = SqliteCacheMode.Private,
            Mode = ownership is null ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
        }.ToString();
    }

    public string Path { get; }

    /// <summary>Version of the SQLite that was loaded.</summary>
    public string Version { get; }

    public string Epoch { get; private set; } = "";

    public int Schema { get; private set; }

    /// <summary>What is promised before the database has it.</summary>
    public RedoLog Redo => _redo ?? throw new InvalidOperationException("the file is not open");

    /// <summary>Opens or makes the database in the folder of Data:Path.</summary>
    /// <param name="folder">It is this process's alone until the file is disposed.</param>
    /// <param name="log">Hears what was done to it.</param>
    /// <param name="migrates">False leaves the schema as it is: for those who only copy.</param>
    /// <param name="sync">How its logs are made lasting.</param>
    public static SqliteFile Open(string folder, ILogger log, bool migrates = true, FileSync? sync = null)
    {
        var version = SystemSqlite.Use();
        var ownership = FolderLock.Take(folder);
        var file = new SqliteFile(System.IO.Path.Combine(folder, Name), ownership, version, log, sync);
        try
        {
            if (Directory.Exists(StagingOf(folder)) && !File.Exists(file.Path))
            {
                throw new SettingException("Data:Path", $"a restore into {folder} was interrupted; run it again: gateway restore FILE.");
            }

            file.Prepare(migrates);
            return file;
        }
        catch (Exception error) when (error is SqliteException or StoreException)
        {
            file.Dispose();
            var fault = error as StoreException ?? SqliteFault.Of((SqliteException)error);
            throw new SettingException("Data:Path", $"the database {file.Path} cannot be opened: {fault.Message}.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>How the last one left it. False also for a file that never said.</summary>
    public bool WasClosedCleanly { get; private set; }

    public Checkpoints Checkpoints => _checkpoints ?? throw new InvalidOperationException("the file is not open");

    /// <summary>Beside whoever owns it. Where nobody does, what a killed one had promised is brought into the database first; else nothing changes.</summary>
    public static SqliteFile OpenToRead(string folder)
    {
        if (!FolderLock.IsTaken(folder))
        {
            Open(folder, NullLogger.Instance, migrates: false).Dispose();
        }

        var file = new SqliteFile(System.IO.Path.Combine(folder, Name), ownership: null, SystemSqlite.Use(), NullLogger.Instance);
        try
        {
            using var connection = file.Connect();
            file.Schema = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
            var known = MigrationSteps.All().Count;
            if (file.Schema != known)
            {
                throw new SettingException("Data:Path", $"the database {file.Path} has schema {file.Schema}; this version reads {known}.");
            }

            file.Epoch = (string)Scalar(connection, "SELECT value FROM meta WHERE key = 'epoch'")!;
            return file;
        }
        catch (SqliteException error)
        {
            throw new SettingException("Data:Path", $"the database {file.Path} cannot be read: {SqliteFault.Of(error).Message}.");
        }
    }

    /// <param name="waits">A commit returns only after the sync.</param>
    public SqliteConnection Connect(bool waits = true)
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        // Checkpoints are made elsewhere than in somebody's commit. What is deleted is overwritten.
        Execute(connection, $"""
            PRAGMA synchronous = {(waits ? "FULL" : "NORMAL")}; PRAGMA busy_timeout = {BusyTimeout}; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8000;
            PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON
            """);
        return connection;
    }

    public void Dispose()
    {
        if (_checkpoints is not null)
        {
            _checkpoints.Dispose();
            MarkClosed();
        }

        _redo?.Dispose();
        _lock?.Dispose();
    }

    /// <summary>The last words. Without them the next start looks at everything.</summary>
    private void MarkClosed()
    {
        try
        {
            using var connection = Connect();
            Execute(connection, "UPDATE meta SET value = '1' WHERE key = 'clean'");
        }
        catch (SqliteException failure)
        {
            StorageLog.NotMarkedClosed(_log, failure, SqliteFault.Of(failure).Message);
        }
    }

    /// <summary>Where a backup is made ready before it takes the database's place.</summary>
    public static string StagingOf(string folder) => System.IO.Path.Combine(folder, "restoring");

    private void Prepare(bool migrates)
    {
        using var connection = Connect();
        Execute(connection, "PRAGMA journal_mode = WAL");
        var found = (int)Number(connection, "PRAGMA user_version");
        var migrations = MigrationSteps.All();
        if (found > migrations.Count)
        {
            throw new SettingException(
                "Data:Path", $"the database {Path} has schema {found}, made by a newer version; this one knows up to {migrations.Count}.");
        }

        if (found > 0)
        {
            // In the schema that it was written for.
            TakeRedo(connection, isNew: false);
        }

        if (!migrates)
        {
            return;
        }

        for (var next = found; next < migrations.Count; next++)
        {
            Execute(connection, $"BEGIN IMMEDIATE; {migrations[next]} PRAGMA user_version = {next + 1}; COMMIT");
        }

        Schema = migrations.Count;
        if (found == 0)
        {
            TakeRedo(connection, isNew: true);
        }
        else if (found < Schema)
        {
            StorageLog.Migrated(_log, found, Schema);
        }

        BeginUse(connection);
        StorageLog.Opened(_log, Path, Epoch, Number(connection, "SELECT COALESCE(MAX(position), 0) FROM events"), Schema, Version);
    }

    /// <summary>Brings into the database what was promised before a crash.</summary>
    private void TakeRedo(SqliteConnection connection, bool isNew)
    {
        Execute(connection, $"""
            INSERT OR IGNORE INTO meta (key, value) VALUES
                ('epoch', '{Guid.CreateVersion7():N}'), ('redo', '1'), ('clean', '{(isNew ? "new" : "0")}'),
                ('folded', (SELECT COALESCE(MAX(position), 0) FROM events))
            """);
        Epoch = (string)Scalar(connection, "SELECT value FROM meta WHERE key = 'epoch'")!;
        _redo = RedoLog.Open(Path, _sync, Epoch, Number(connection, "SELECT value FROM meta WHERE key = 'redo'"));
        Execute(connection, "BEGIN IMMEDIATE");
        var redone = _redo.Recover(connection);
        if (redone > 0)
        {
            StorageLog.Redone(_log, redone);
        }

        Execute(connection, $"UPDATE meta SET value = '{_redo.Generation}' WHERE key = 'redo'; COMMIT");
    }

    private void BeginUse(SqliteConnection connection)
    {
        WasClosedCleanly = (string?)Scalar(connection, "SELECT value FROM meta WHERE key = 'clean'") is "1" or "new";
        if (!WasClosedCleanly)
        {
            StorageLog.NotClosedCleanly(_log);
            JudgeNewest(connection);
        }

        Execute(connection, "UPDATE meta SET value = '0' WHERE key = 'clean'");
        _checkpoints = new(Connect(), Path + Wal, _sync, _log);
    }

    /// <summary>What was written last, of which a crash would have torn something: in bounded time, before anybody is served.</summary>
    private void JudgeNewest(SqliteConnection connection)
    {
        var wrong = Scalar(connection, """
            SELECT COALESCE(c.name, 'no channel') FROM (
              SELECT channel, MIN(seq) AS first, MAX(seq) AS last, COUNT(*) AS events
              FROM (SELECT channel, seq FROM events ORDER BY position DESC LIMIT 1000) GROUP BY channel) e
            LEFT JOIN channels c ON c.id = e.channel
            WHERE c.id IS NULL OR e.last - e.first + 1 <> e.events OR c.seq > e.last LIMIT 1
            """);
        if (wrong is not null)
        {
            throw new SettingException(
                "Data:Path", $"the database {Path} is damaged: {wrong} and its newest events disagree. Restore a backup: gateway restore FILE.");
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Number(SqliteConnection connection, string sql) => Convert.ToInt64(Scalar(connection, sql), CultureInfo.InvariantCulture);

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
