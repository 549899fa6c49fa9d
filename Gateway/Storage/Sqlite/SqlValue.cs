using SQLitePCL;

namespace Gateway.Storage.Sqlite;

internal enum SqlType
{
    Null,
    Integer,
    Text,
    Blob,
}

/// <summary>What is bound to one parameter of a statement, without a box around it.</summary>
internal readonly record struct SqlValue(SqlType Type, long Integer, string? Text, ReadOnlyMemory<byte> Blob)
{
    public static implicit operator SqlValue(long integer) => new(SqlType.Integer, integer, null, default);

    public static implicit operator SqlValue(long? integer) => integer is { } given ? given : default(SqlValue);

    public static implicit operator SqlValue(bool flag) => flag ? 1 : 0;

    public static implicit operator SqlValue(string? text) => text is null ? default : new(SqlType.Text, 0, text, default);

    public static implicit operator SqlValue(byte[]? blob) => blob is null ? default : new(SqlType.Blob, 0, null, blob);

    public static implicit operator SqlValue(ReadOnlyMemory<byte> blob) => new(SqlType.Blob, 0, null, blob);
}

/// <summary>The row that a statement stands on; good until its next step.</summary>
internal readonly struct SqlRow(sqlite3_stmt statement)
{
    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(statement, column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    public byte[] Blob(int column) => raw.sqlite3_column_blob(statement, column).ToArray();
}
