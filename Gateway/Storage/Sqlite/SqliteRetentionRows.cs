using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>The rows of retention inside the writer's transaction. Used only by the writer loop.</summary>
internal sealed class SqliteRetentionRows : IRetentionRows, IDisposable
{
    private readonly Statement _removeEvents;
    private readonly Statement _removeReceipts;
    private readonly Statement _raiseOldest;
    private readonly Statement _raiseFloor;

    public SqliteRetentionRows(SqliteConnection connection, RedoLog log)
    {
        _removeEvents = new(connection, "DELETE FROM events WHERE channel = $0 AND seq <= $1", log);
        _removeReceipts = new(connection, "DELETE FROM receipts WHERE channel = $0 AND through <= $1", log);
        _raiseOldest = new(connection, "UPDATE channels SET oldest = MAX(oldest, $0) WHERE id = $1", log);
        _raiseFloor = new(
            connection,
            """
            INSERT INTO meta (key, value) VALUES ('floor:' || $0, $1)
            ON CONFLICT DO UPDATE SET value = MAX(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))
            """,
            log);
    }

    public void Prune(long channelId, long throughSeq)
    {
        _removeEvents.Bind(channelId, throughSeq).Run();
        _removeReceipts.Bind(channelId, throughSeq).Run();
        _raiseOldest.Bind(throughSeq + 1, channelId).Run();
    }

    public void RaiseFloor(string kind, long position) => _raiseFloor.Bind(kind, position).Run();

    public void Dispose()
    {
        ReadOnlySpan<Statement> all = [_removeEvents, _removeReceipts, _raiseOldest, _raiseFloor];
        foreach (var statement in all)
        {
            statement.Dispose();
        }
    }
}
