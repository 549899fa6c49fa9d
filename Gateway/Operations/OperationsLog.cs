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

    [LoggerMessage(6010, LogLevel.Information, "TLS with the certificate of {Subject}, good until {Until:yyyy-MM-dd}")]
    public static partial void CertificateLoaded(ILogger logger, string subject, DateTimeOffset until);

    [LoggerMessage(6011, LogLevel.Warning, "the certificate of {Subject} ends on {Until:yyyy-MM-dd}, in {Days} days; clients will refuse it then")]
    public static partial void CertificateExpires(ILogger logger, string subject, DateTimeOffset until, int days);

    [LoggerMessage(6016, LogLevel.Error, "the certificate of {Subject} has expired on {Until:yyyy-MM-dd}; clients refuse it until it is renewed")]
    public static partial void CertificateExpired(ILogger logger, string subject, DateTimeOffset until);

    [LoggerMessage(6012, LogLevel.Error, "{File} has changed and cannot be used, the certificate before it stays: {Reason}")]
    public static partial void CertificateNotReloaded(ILogger logger, string file, string reason);

    [LoggerMessage(6017, LogLevel.Warning,
        "{Setting} stands on the command line, where every user of this machine can read it; give it as {Variable} in the environment")]
    public static partial void SecretOnCommandLine(ILogger logger, string setting, string variable);

    [LoggerMessage(6004, LogLevel.Information, "a backup of {Bytes} bytes was made and is being sent")]
    public static partial void BackedUp(ILogger logger, long bytes);

    [LoggerMessage(6005, LogLevel.Error, "no backup: {Reason}")]
    public static partial void BackupFailed(ILogger logger, Exception failure, string reason);
}
