namespace Gateway.Operations;

internal static partial class OperationsLog
{
    [LoggerMessage(6000, LogLevel.Information, "stopping: finishing what was acknowledged")]
    public static partial void Stopping(ILogger logger);

    [LoggerMessage(6001, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(6002, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, Exception failure, string method, string path);

    [LoggerMessage(6003, LogLevel.Warning, "/metrics leaves out a figure: {Reason}")]
    public static partial void FigureFailed(ILogger logger, Exception failure, string reason);
}
