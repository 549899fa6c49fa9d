using Gateway.Journal;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>The rows of receipts inside the writer's transaction. Used only by the writer loop.</summary>
internal sealed class SqliteReceiptRows : IReceiptRows, IDisposable
{
    public const int MaxRanges = 8_192;

    private const string OfLine = "channel = (SELECT id FROM channels WHERE name = $0) AND subscriber = $1 AND user = $2 AND step = $3";

    private readonly Statement _put;
    private readonly Statement _oldestKept;
    private readonly Statement _widen;
    private readonly Statement _remove;

    public SqliteReceiptRows(SqliteConnection connection, RedoLog log)
    {
        _put = new(
            connection,
            """
            WITH one (id) AS (SELECT id FROM channels WHERE name = $0)
            INSERT OR REPLACE INTO receipts (channel, subscriber, user, step, through, after, at, connected)
            SELECT id, $1, $2, $3, $4, $5, $6, $7 FROM one
            """,
            log);
        _oldestKept = new(connection, $"SELECT through FROM receipts WHERE {OfLine} ORDER BY through DESC LIMIT 1 OFFSET {MaxRanges - 1}");
        _widen = new(
            connection,
            $"UPDATE receipts SET after = (SELECT MIN(after) FROM receipts WHERE {OfLine} AND through <= $4) WHERE {OfLine} AND through = $4",
            log);
        _remove = new(connection, $"DELETE FROM receipts WHERE {OfLine} AND through < $4", log);
    }

    public void Put(ReceiptRange range)
    {
        var line = range.Line;
        _put.Bind(
            line.Channel.ToString(),
            line.Subscriber,
            line.User ?? "",
            (long)line.Step,
            range.Through,
            range.After,
            range.At.ToUnixTimeMilliseconds(),
            range.Connected?.ToUnixTimeMilliseconds()).Run();
    }

    public void Shorten(ReceiptKey line)
    {
        var (channel, user, step) = (line.Channel.ToString(), line.User ?? "", (long)line.Step);
        if (_oldestKept.Bind(channel, line.Subscriber, user, step).Row(row => new Seq(row.Integer(0))) is { } oldest)
        {
            _widen.Bind(channel, line.Subscriber, user, step, oldest.Value).Run();
            _remove.Bind(channel, line.Subscriber, user, step, oldest.Value).Run();
        }
    }

    public void Dispose()
    {
        ReadOnlySpan<Statement> all = [_put, _oldestKept, _widen, _remove];
        foreach (var statement in all)
        {
            statement.Dispose();
        }
    }

    private sealed record Seq(long Value);
}
