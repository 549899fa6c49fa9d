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

    public static SqlValue Read(BinaryReader reader) => (SqlType)reader.ReadByte() switch
    {
        SqlType.Null => default,
        SqlType.Integer => reader.Read7BitEncodedInt64(),
        SqlType.Text => reader.ReadString(),
        SqlType.Blob => reader.ReadBytes(reader.Read7BitEncodedInt()),
        var other => throw new InvalidDataException($"a value of type {other}"),
    };

    public void Write(BinaryWriter writer)
    {
        writer.Write((byte)Type);
        switch (Type)
        {
            case SqlType.Integer:
                writer.Write7BitEncodedInt64(Integer);
                break;
            case SqlType.Text:
                writer.Write(Text!);
                break;
            case SqlType.Blob:
                writer.Write7BitEncodedInt(Blob.Length);
                writer.Write(Blob.Span);
                break;
        }
    }
}

/// <summary>The row that a statement stands on; good until its next step.</summary>
internal readonly struct SqlRow(sqlite3_stmt statement)
{
    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Integer(int column) => raw.sqlite3_column_int64(statement, column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    public byte[] Blob(int column) => raw.sqlite3_column_blob(statement, column).ToArray();
}
