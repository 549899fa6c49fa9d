using System.Globalization;
using System.Reflection;
using Gateway.Contract;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>The database file: opened, locked to this process, migrated to the newest schema. Gives out connections.</summary>
internal sealed class SqliteFile : IDisposable
{
    private const string MigrationPrefix = "Gateway.Storage.Sqlite.Migrations.";

    private readonly string _connectionString;
    private readonly FileStream _lock;
    private RedoLog? _redo;

    private SqliteFile(string path, FileStream ownership, string version)
    {
        Path = path;
        Version = version;
        _lock = ownership;
        // Pooling off: each owner keeps its connection as long as it lives.
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Cache = SqliteCacheMode.Private }.ToString();
    }

    public string Path { get; }

    /// <summary>Version of the SQLite that was loaded.</summary>
    public string Version { get; }

    public string Epoch { get; private set; } = "";

    public int Schema { get; private set; }

    /// <summary>What is promised before the database has it.</summary>
    public RedoLog Redo => _redo ?? throw new InvalidOperationException("the file is not open");

    /// <summary>Opens or makes the database in the folder of Data:Path.</summary>
    public static SqliteFile Open(string folder, ILogger log)
    {
        var version = SystemSqlite.Use();
        var ownership = Own(folder);
        var file = new SqliteFile(System.IO.Path.Combine(folder, "gateway.db"), ownership, version);
        try
        {
            file.Prepare(log);
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
        _lock.Dispose();
    }

    private static FileStream Own(string folder)
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

            return new FileStream(System.IO.Path.Combine(folder, "gateway.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException)
        {
            throw new SettingException("Data:Path", $"the folder {folder} cannot be written by this user.");
        }
        catch (IOException error) when (File.Exists(System.IO.Path.Combine(folder, "gateway.lock")))
        {
            throw new SettingException("Data:Path", $"the folder {folder} is in use by another gateway ({error.Message})");
        }
        catch (IOException error)
        {
            throw new SettingException("Data:Path", $"the folder {folder} cannot be used: {error.Message}");
        }
    }

    private void Prepare(ILogger log)
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
