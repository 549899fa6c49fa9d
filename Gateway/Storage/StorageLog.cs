namespace Gateway.Storage;

internal static partial class StorageLog
{
    [LoggerMessage(2000, LogLevel.Information, "journal {Path}: epoch {Epoch}, {Position} events, schema {Schema}, SQLite {Version}")]
    public static partial void Opened(ILogger logger, string path, string epoch, long position, int schema, string version);

    [LoggerMessage(2001, LogLevel.Information, "journal migrated from schema {From} to {To}")]
    public static partial void Migrated(ILogger logger, int from, int to);

    [LoggerMessage(2002, LogLevel.Critical, "nothing is acknowledged: a batch of {Count} was not written: {Reason}")]
    public static partial void BatchFailed(ILogger logger, Exception failure, int count, string reason);

    [LoggerMessage(2003, LogLevel.Information, "the journal writes again")]
    public static partial void WritesAgain(ILogger logger);

    [LoggerMessage(2004, LogLevel.Error, "{Work} threw and was taken out of its batch; the rest is written")]
    public static partial void WorkRefused(ILogger logger, Exception refused, string work);

    [LoggerMessage(2005, LogLevel.Critical, "{Work} threw after its commit")]
    public static partial void CompletionThrew(ILogger logger, Exception defect, string work);

    [LoggerMessage(2006, LogLevel.Critical, "a batch that failed could not be rolled back yet")]
    public static partial void NotRolledBack(ILogger logger, Exception failure);

    [LoggerMessage(2007, LogLevel.Information, "the service was not stopped cleanly: {Count} writes that had been promised were brought back from the log")]
    public static partial void Redone(ILogger logger, int count);

    [LoggerMessage(2008, LogLevel.Critical, "the database does not take what is in its log; nothing is acknowledged until it does: {Reason}")]
    public static partial void NotSettled(ILogger logger, Exception failure, string reason);

    [LoggerMessage(2009, LogLevel.Warning, "the database was not marked as closed, so the next start looks through it: {Reason}")]
    public static partial void NotMarkedClosed(ILogger logger, Exception failure, string reason);

    [LoggerMessage(2010, LogLevel.Information, "{Count} events of old history are no longer kept")]
    public static partial void Pruned(ILogger logger, long count);

    [LoggerMessage(2011, LogLevel.Warning, "old history could not be removed and is tried again: {Reason}")]
    public static partial void NotPruned(ILogger logger, Exception failure, string reason);

    [LoggerMessage(2013, LogLevel.Warning, "the database was not closed: its newest events are looked at now, all of it while the service goes on")]
    public static partial void NotClosedCleanly(ILogger logger);

    [LoggerMessage(2014, LogLevel.Information, "the database was looked through in {Milliseconds} ms: it is whole")]
    public static partial void Checked(ILogger logger, long milliseconds);

    [LoggerMessage(2015, LogLevel.Critical, "{Damage}")]
    public static partial void Damaged(ILogger logger, string damage);

    [LoggerMessage(2016, LogLevel.Information, "looking through the database was ended by the stop of the service")]
    public static partial void CheckStopped(ILogger logger);

    [LoggerMessage(2017, LogLevel.Warning, "the write-ahead log could not be carried into the database; it is tried again: {Reason}")]
    public static partial void CheckpointFailed(ILogger logger, string reason);

    [LoggerMessage(2018, LogLevel.Critical, "the write-ahead log could not be made lasting; it is carried into the database instead: {Reason}")]
    public static partial void LogNotKept(ILogger logger, Exception failure, string reason);
}
