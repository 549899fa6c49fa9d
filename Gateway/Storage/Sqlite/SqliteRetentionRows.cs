using Gateway.Journal;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Sqlite;

/// <summary>The rows of retention inside the writer's transaction. Used only by the writer loop.</summary>
internal sealed class SqliteRetentionRows : IRetentionRows, IDisposable
{
    private readonly Statement _removeEvents;
    private readonly Statement _removeReceipts;
    private readonly Statement _raiseOldest;
    private readonly Statement _raiseFloor;
    private readonly Statement _rewriteMessage;
    private readonly Statement _renameReceipts;
    private readonly Statement _renameKeys;
    private readonly Action _wipeLog;

    public SqliteRetentionRows(SqliteConnection connection, RedoLog log, Action wipeLog)
    {
        _wipeLog = wipeLog;
        _rewriteMessage = new(connection, "UPDATE messages SET payload = $0 WHERE id = $1", log);
        _renameReceipts = new(
            connection,
            """
            UPDATE OR REPLACE receipts SET user = $0, subscriber = CASE WHEN subscriber = 'http-' || user THEN 'http-' || $0 ELSE subscriber END
            WHERE channel = (SELECT id FROM channels WHERE name = $1) AND user = $2
            """,
            log);
        _renameKeys = new(connection, "UPDATE OR REPLACE seen_keys SET scope = $0 WHERE scope = $1", log);
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

    public void RewriteMessage(long id, ReadOnlyMemory<byte> payload) => _rewriteMessage.Bind(payload, id).Run();

    public void RenameSpeaker(ChannelName room, string user, string alias) => _renameKeys.Bind($"{room} {alias}", $"{room} {user}").Run();

    public void RenameFollower(ChannelName channel, string user, string alias) => _renameReceipts.Bind(alias, channel.ToString(), user).Run();

    public void WipeLog() => _wipeLog();

    public void Dispose()
    {
        ReadOnlySpan<Statement> all = [_removeEvents, _removeReceipts, _raiseOldest, _raiseFloor, _rewriteMessage, _renameReceipts, _renameKeys];
        foreach (var statement in all)
        {
            statement.Dispose();
        }
    }
}
