using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>What SQLite's result codes mean for whoever looks after the machine.</summary>
internal static class SqliteFault
{
    public static StoreException Of(SqliteException error)
    {
        var (code, words) = Explain(error.SqliteErrorCode);
        return new(code, $"{words} (SQLite {error.SqliteExtendedErrorCode}: {error.Message})", error);
    }

    /// <summary>The same of a file that we write ourselves.</summary>
    public static StoreException OfFile(Exception error)
    {
        // As Linux and Windows number it.
        var (code, words) = Explain(error.HResult is 28 or unchecked((int)0x80070070) ? SQLitePCL.raw.SQLITE_FULL : SQLitePCL.raw.SQLITE_IOERR);
        return new(code, $"{words} ({error.Message})", error);
    }

    private static (string Code, string Words) Explain(int result) => result switch
    {
        SQLitePCL.raw.SQLITE_FULL => ("disk_full", "the disk is full; make room, and writing goes on by itself"),
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => ("locked", "another process holds the database locked"),
        SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_PERM => ("read_only", "the database, or the folder it is in, may not be written"),
        SQLitePCL.raw.SQLITE_IOERR => ("io_error", "the disk failed to read or to write"),
        SQLitePCL.raw.SQLITE_CANTOPEN => ("cannot_open", "the database or a file beside it cannot be opened"),
        SQLitePCL.raw.SQLITE_CORRUPT => ("damaged", "the database is damaged; stop the service, and restore a backup: gateway restore FILE"),
        SQLitePCL.raw.SQLITE_NOTADB => ("damaged", "this is no database of a gateway"),
        _ => ("other", "the database refused"),
    };
}
