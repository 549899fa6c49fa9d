using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gateway.Storage.Sqlite;

/// <summary>
/// One prepared statement, bound by position and used again and again on its connection. It speaks to SQLite itself: the driver's commands and
/// readers cost more than the rows that a scan writes.
/// </summary>
internal sealed class Statement : IDisposable
{
    // Most texts are names; longer ones are converted on the heap.
    private const int OnStack = 256;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    // What was bound last, where it has to be told to the log.
    private readonly RedoLog? _log;
    private readonly int _number;
    private SqlValue[] _bound = [];

    /// <param name="connection">Its owner's connection.</param>
    /// <param name="sql">With parameters $0, $1, … in the order in which they are bound.</param>
    /// <param name="log">Where a writing statement is put down once it was carried out.</param>
    public Statement(SqliteConnection connection, string sql, RedoLog? log = null)
    {
        _log = log;
        _number = log?.Register(sql) ?? 0;
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
        for (var i = 0; i < raw.sqlite3_bind_parameter_count(_statement); i++)
        {
            if (raw.sqlite3_bind_parameter_name(_statement, i + 1).utf8_to_string() != $"${i}")
            {
                throw new ArgumentException($"parameters out of order in: {sql}", nameof(sql));
            }
        }
    }

    public Statement Bind(params ReadOnlySpan<SqlValue> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            Check(Bind(i + 1, values[i]));
        }

        if (_log is not null)
        {
            _bound = _bound.Length == values.Length ? _bound : new SqlValue[values.Length];
            values.CopyTo(_bound);
        }

        return this;
    }

    /// <summary>For statements that answer nothing, or whose answer nobody wants.</summary>
    public void Run()
    {
        try
        {
            while (Step())
            {
            }

            _log?.Add(_number, _bound);
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    public long RunScalar()
    {
        try
        {
            var answer = Step() ? raw.sqlite3_column_int64(_statement, 0) : throw new StoreException("other", "the database answered with no row", cause: null);
            _log?.Add(_number, _bound);
            return answer;
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    public List<T> Rows<T>(Func<SqlRow, T> read) => Rows(read, static _ => true);

    /// <summary>Stops behind the first row after which nothing more is wanted.</summary>
    public List<T> Rows<T>(Func<SqlRow, T> read, Func<T, bool> wantsMore)
    {
        try
        {
            var rows = new List<T>();
            while (Step())
            {
                rows.Add(read(new(_statement)));
                if (!wantsMore(rows[^1]))
                {
                    break;
                }
            }

            return rows;
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    public T? Row<T>(Func<SqlRow, T> read)
        where T : class
    {
        try
        {
            return Step() ? read(new(_statement)) : null;
        }
        finally
        {
            raw.sqlite3_reset(_statement);
        }
    }

    public void Dispose() => _statement.Dispose();

    private bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return result == raw.SQLITE_ROW;
        }

        Check(result);
        return false;
    }

    private int Bind(int at, in SqlValue value) => value.Type switch
    {
        SqlType.Null => raw.sqlite3_bind_null(_statement, at),
        SqlType.Integer => raw.sqlite3_bind_int64(_statement, at, value.Integer),
        SqlType.Text => BindText(at, value.Text!),
        // An empty span has no address, and SQLite would take that for NULL.
        _ when value.Blob.IsEmpty => raw.sqlite3_bind_zeroblob(_statement, at, 0),
        _ => raw.sqlite3_bind_blob(_statement, at, value.Blob.Span),
    };

    private int BindText(int at, string text)
    {
        if (text.Length == 0)
        {
            return raw.sqlite3_bind_text(_statement, at, "");
        }

        Span<byte> utf8 = text.Length <= OnStack / 3 ? stackalloc byte[OnStack] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return raw.sqlite3_bind_text(_statement, at, utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }

    // The one place where a database error gets the store's name, so that callers tell it from a defect of their own.
    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            var message = raw.sqlite3_errmsg(_database).utf8_to_string();
            var error = new SqliteException(message, result, raw.sqlite3_extended_errcode(_database));

            // What breaks a rule of the tables is a defect of one work, which is refused alone; the store is well.
            throw result == raw.SQLITE_CONSTRAINT ? new InvalidOperationException(message, error) : SqliteFault.Of(error);
        }
    }
}
