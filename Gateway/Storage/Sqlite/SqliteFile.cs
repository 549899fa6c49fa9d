using System.Globalization;
using System.Reflection;
using Gateway.Contract;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>The database file: opened, locked to this process, migrated to the newest schema. Gives out connections.</summary>
internal sealed class SqliteFile : IDisposable
{
    public const string Name = "gateway.db";

    /// <summary>What belongs to a database, as the ends of its files' names.</summary>
    public static readonly IReadOnlyList<string> Parts = ["", "-wal", "-shm", "-redo"];

    private const string LockName = "gateway.lock";

    private const string MigrationPrefix = "Gateway.Storage.Sqlite.Migrations.";

    private readonly string _connectionString;
    private readonly FileStream? _lock;
    private RedoLog? _redo;

    private SqliteFile(string path, FileStream? ownership, string version)
    {
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
    public static SqliteFile Open(string folder, ILogger log, bool migrates = true)
    {
        var version = SystemSqlite.Use();
        var ownership = Own(folder);
        var file = new SqliteFile(System.IO.Path.Combine(folder, Name), ownership, version);
        try
        {
            if (Directory.Exists(StagingOf(folder)) && !File.Exists(file.Path))
            {
                throw new SettingException("Data:Path", $"a restore into {folder} was interrupted; run it again: gateway restore FILE.");
            }

            file.Prepare(log, migrates);
            return file;
        }
        catch (SqliteException error)
        {
            file.Dispose();
            throw new SettingException("Data:Path", $"the database {file.Path} cannot be opened: {SqliteFault.Of(error).Message}.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Beside whoever owns it, and without changing anything.</summary>
    public static SqliteFile OpenToRead(string folder)
    {
        var file = new SqliteFile(System.IO.Path.Combine(folder, "gateway.db"), ownership: null, SystemSqlite.Use());
        try
        {
            using var connection = file.Connect();
            file.Schema = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
            var known = Migrations().Count;
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

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        // FULL: a commit returns only after the fsync. Checkpoints at 4 MiB keep the log short and seldom in the way.
        Execute(connection, """
            PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 1000; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY
            """);
        return connection;
    }

    public void Dispose()
    {
        _redo?.Dispose();
        _lock?.Dispose();
    }

    /// <summary>Where a backup is made ready before it takes the database's place.</summary>
    public static string StagingOf(string folder) => System.IO.Path.Combine(folder, "restoring");

    /// <summary>Whether a gateway serves from this folder at the moment.</summary>
    public static bool IsInUse(string folder)
    {
        try
        {
            Own(folder).Dispose();
            return false;
        }
        catch (SettingException) when (File.Exists(System.IO.Path.Combine(folder, LockName)))
        {
            return true;
        }
    }

    public static FileStream Own(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                // Scans name people: only the owner reads them.
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            return new FileStream(System.IO.Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException)
        {
            throw new SettingException("Data:Path", $"the folder {folder} cannot be written by this user.");
        }
        catch (IOException error) when (File.Exists(System.IO.Path.Combine(folder, LockName)))
        {
            throw new SettingException("Data:Path", $"the folder {folder} is in use by another gateway ({error.Message})");
        }
        catch (IOException error)
        {
            throw new SettingException("Data:Path", $"the folder {folder} cannot be used: {error.Message}");
        }
    }

    private void Prepare(ILogger log, bool migrates)
    {
        using var connection = Connect();
        Execute(connection, "PRAGMA journal_mode = WAL");
        var found = (int)Number(connection, "PRAGMA user_version");
        var migrations = Migrations();
        if (found > migrations.Count)
        {
            throw new SettingException(
                "Data:Path", $"the database {Path} has schema {found}, made by a newer version; this one knows up to {migrations.Count}.");
        }

        if (found > 0)
        {
            // In the schema that it was written for.
            TakeRedo(connection, log);
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
            TakeRedo(connection, log);
        }
        else if (found < Schema)
        {
            StorageLog.Migrated(log, found, Schema);
        }

        StorageLog.Opened(log, Path, Epoch, Number(connection, "SELECT COALESCE(MAX(position), 0) FROM events"), Schema, Version);
    }

    /// <summary>Brings into the database what was promised before a crash.</summary>
    private void TakeRedo(SqliteConnection connection, ILogger log)
    {
        Execute(connection, $"""
            INSERT OR IGNORE INTO meta (key, value) VALUES
                ('epoch', '{Guid.CreateVersion7():N}'), ('redo', '1'), ('folded', (SELECT COALESCE(MAX(position), 0) FROM events))
            """);
        Epoch = (string)Scalar(connection, "SELECT value FROM meta WHERE key = 'epoch'")!;
        _redo = RedoLog.Open($"{Path}-redo", Epoch, Number(connection, "SELECT value FROM meta WHERE key = 'redo'"));
        Execute(connection, "BEGIN IMMEDIATE");
        _redo.Replay(connection);
        if (_redo.Statements > 0)
        {
            StorageLog.Redone(log, _redo.Statements);
        }

        Execute(connection, $"UPDATE meta SET value = '{_redo.Generation + 1}' WHERE key = 'redo'; COMMIT");
        _redo.Next();
    }

    /// <summary>Embedded as NNNN_name.sql; the number is the schema it leads to.</summary>
    private static List<string> Migrations()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(MigrationPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return names.Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }).ToList();
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
