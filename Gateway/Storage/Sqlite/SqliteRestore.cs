using System.Globalization;
using Gateway.Contract;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>
/// Puts a backup in the place of a database that nobody serves. The backup is judged and made ready beside the old one, then takes its name in one step;
/// the old one is kept aside.
/// </summary>
internal static class SqliteRestore
{
    public static Restored Run(string folder, string backup, DateTimeOffset now, ILogger log)
    {
        SystemSqlite.Use();
        using var ownership = FolderLock.Take(folder);
        var staging = SqliteFile.StagingOf(folder);
        if (Directory.Exists(staging))
        {
            Directory.Delete(staging, recursive: true);
        }

        Bring(backup, staging);
        Judge(Path.Combine(staging, SqliteFile.Name), backup);
        var restored = MakeReady(staging, log);
        var aside = SetAside(folder, now);
        File.Move(Path.Combine(staging, SqliteFile.Name), Path.Combine(folder, SqliteFile.Name));
        Directory.Delete(staging, recursive: true);
        return restored with { Aside = aside };
    }

    private static void Bring(string backup, string staging)
    {
        if (!File.Exists(backup))
        {
            throw new SettingException([$"There is no file {backup}."]);
        }

        Directory.CreateDirectory(staging);
        // What a copied folder has beside the database belongs to it.
        foreach (var part in SqliteFile.Parts)
        {
            if (File.Exists(backup + part))
            {
                File.Copy(backup + part, Path.Combine(staging, SqliteFile.Name + part));
            }
        }
    }

    /// <summary>Before anything is written into it.</summary>
    private static void Judge(string database, string backup)
    {
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
            connection.Open();
            var tables = Ask(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name IN ('meta', 'channels', 'events', 'seen_keys', 'documents')");
            if (tables != "5")
            {
                throw new SettingException([$"{backup} is no backup of a gateway: it is a database of something else. Nothing was changed."]);
            }

            if (Ask(connection, "PRAGMA quick_check(1)") is var verdict and not "ok")
            {
                throw new SettingException([$"{backup} is damaged: {verdict}. Nothing was changed."]);
            }
        }
        catch (SqliteException error)
        {
            throw new SettingException([$"{backup} is no backup of a gateway: {error.Message}. Nothing was changed."]);
        }
    }

    /// <summary>Migrated, with what its log still had, of a new epoch, and without sessions that their clients remember otherwise.</summary>
    private static Restored MakeReady(string staging, ILogger log)
    {
        using var file = SqliteFile.Open(staging, log);
        using var connection = file.Connect();
        var epoch = Guid.CreateVersion7().ToString("N");
        var sessions = Ask(connection, "SELECT COUNT(*) FROM sessions");
        Do(connection, $"""
            BEGIN IMMEDIATE;
            UPDATE meta SET value = '{epoch}' WHERE key = 'epoch';
            DELETE FROM sessions; DELETE FROM subscriptions; DELETE FROM incoming; DELETE FROM owed; DELETE FROM messages;
            COMMIT
            """);
        // So that the one file is all there is of it.
        Do(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        return new(
            epoch,
            long.Parse(Ask(connection, "SELECT COALESCE(MAX(position), 0) FROM events"), CultureInfo.InvariantCulture),
            int.Parse(sessions, CultureInfo.InvariantCulture),
            Aside: null);
    }

    /// <summary>Null when there was nothing.</summary>
    private static string? SetAside(string folder, DateTimeOffset now)
    {
        var parts = SqliteFile.Parts.Select(part => SqliteFile.Name + part).Where(name => File.Exists(Path.Combine(folder, name))).ToList();
        if (parts.Count == 0)
        {
            return null;
        }

        var aside = Path.Combine(folder, $"replaced-{now:yyyy-MM-dd'T'HH-mm-ss}");
        Directory.CreateDirectory(aside);
        // The database last: as long as it is there, what lies beside it is missed by nobody but itself.
        foreach (var name in parts.OrderByDescending(name => name.Length))
        {
            File.Move(Path.Combine(folder, name), Path.Combine(aside, name));
        }

        return aside;
    }

    private static void Do(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "";
    }
}

/// <param name="Epoch">The new one: cursors of the old mean nothing any more.</param>
/// <param name="Position">Events up to here are in it.</param>
/// <param name="Sessions">MQTT sessions that were ended.</param>
/// <param name="Aside">Where the former database lies; null when there was none.</param>
internal sealed record Restored(string Epoch, long Position, int Sessions, string? Aside);
