namespace Gateway.Channels;

internal static partial class ChannelsLog
{
    [LoggerMessage(3000, LogLevel.Debug, "page {Connection} of {User} connected")]
    public static partial void Connected(ILogger log, string connection, string user);

    [LoggerMessage(3001, LogLevel.Debug, "page {Connection} ended with {Code}")]
    public static partial void Ended(ILogger log, string connection, int code);

    [LoggerMessage(3002, LogLevel.Error, "page {Connection} is closed: the service could not go on serving it")]
    public static partial void Broken(ILogger log, Exception cause, string connection);

    [LoggerMessage(3003, LogLevel.Debug, "page {Connection} is gone: {Reason}")]
    public static partial void Gone(ILogger log, string connection, string reason);

    [LoggerMessage(3004, LogLevel.Debug, "page {Connection} subscribed to {Channel} after {Cursor}, reset {Reset}")]
    public static partial void Subscribed(ILogger log, string connection, string channel, long cursor, bool reset);

    [LoggerMessage(3005, LogLevel.Debug, "{Channel}: {Client} asked to go on with a cursor that does not fit, and gets the state instead")]
    public static partial void Reset(ILogger log, string channel, string client);

    [LoggerMessage(3008, LogLevel.Information, "{Channel}: what {Client} would have got next is no longer kept, and it gets the state instead")]
    public static partial void Overtaken(ILogger log, string channel, string client);

    [LoggerMessage(3006, LogLevel.Information, "sent {Pages} pages away, to come back within {Spread}")]
    public static partial void Drained(ILogger log, int pages, TimeSpan spread);

    [LoggerMessage(3007, LogLevel.Error, "what page {Connection} published on {Channel} is not taken: the service failed")]
    public static partial void NotPublished(ILogger log, Exception cause, string connection, string channel);
}
