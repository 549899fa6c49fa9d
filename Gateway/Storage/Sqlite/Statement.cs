using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>One prepared statement, bound by position and used again and again on its connection.</summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand _command;

    /// <param name="connection">Its owner's connection.</param>
    /// <param name="sql">With parameters $0, $1, … in the order in which they are bound.</param>
    public Statement(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        for (var i = 0; sql.Contains($"${i}", StringComparison.Ordinal); i++)
        {
            _command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        }

        _command.Prepare();
    }

    public Statement Bind(params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return this;
    }

    /// <summary>Most payloads are whole arrays already; the driver takes nothing else.</summary>
    public static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) && segment.Array is { } array && segment.Count == array.Length ? array : memory.ToArray();

    public void Run() => Try(static command => command.ExecuteNonQuery());

    public long RunScalar() => Try(static command => (long)command.ExecuteScalar()!);

    public List<T> Rows<T>(Func<SqliteDataReader, T> read) => Try(command =>
    {
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    });

    public T? Row<T>(Func<SqliteDataReader, T> read)
        where T : class => Try(command =>
    {
        using var reader = command.ExecuteReader();
        return reader.Read() ? read(reader) : null;
    });

    /// <summary>The driver wants each command to name the transaction that is open on its connection.</summary>
    public void Use(SqliteTransaction? transaction) => _command.Transaction = transaction;

    public void Dispose() => _command.Dispose();

    // The one place where a database error gets the store's name, so that callers tell it from a defect of their own.
    private T Try<T>(Func<SqliteCommand, T> use)
    {
        try
        {
            return use(_command);
        }
        catch (SqliteException error)
        {
            throw new StoreException(error.Message, error);
        }
    }
}
