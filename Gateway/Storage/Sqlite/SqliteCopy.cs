using Gateway.Contract;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>A consistent copy of a database that may be in use: one read transaction, so the writer goes on meanwhile.</summary>
internal static class SqliteCopy
{
    /// <param name="database">The file to copy; it is only read.</param>
    /// <param name="target">A file that does not exist yet. It appears whole or not at all.</param>
    public static void Write(string database, string target)
    {
        SystemSqlite.Use();
        if (File.Exists(target))
        {
            throw new SettingException([$"{target} exists already; a backup replaces nothing. Choose another name."]);
        }

        var unfinished = $"{target}.unfinished";
        try
        {
            Make(unfinished);
            using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString()))
            {
                connection.Open();
                using var copy = connection.CreateCommand();
                copy.CommandText = "VACUUM INTO $target";
                copy.Parameters.AddWithValue("$target", unfinished);
                copy.ExecuteNonQuery();
            }

            using (var written = new FileStream(unfinished, FileMode.Open, FileAccess.ReadWrite))
            {
                written.Flush(flushToDisk: true);
            }

            File.Move(unfinished, target);
        }
        catch (SqliteException error)
        {
            throw SqliteFault.Of(error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException("io_error", $"{target} cannot be written: {error.Message}", error);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Empty, and its owner's alone from the first byte on: scans name people.</summary>
    private static void Make(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }
}
