namespace Gateway.Access;

internal static partial class AccessLog
{
    [LoggerMessage(5000, LogLevel.Warning, "{Method} {Path} from {Remote} refused: {Code}")]
    public static partial void Refused(ILogger logger, string method, string path, string? remote, string code);

    [LoggerMessage(5001, LogLevel.Information, "{Identity} signed in from {Remote}")]
    public static partial void SignedIn(ILogger logger, string identity, string? remote);

    [LoggerMessage(5003, LogLevel.Warning, "sign-in from {Remote} refused: no TLS, and no local address (Access:AdminOverPlain)")]
    public static partial void SignInFromAfar(ILogger logger, string? remote);

    [LoggerMessage(5002, LogLevel.Warning, "sign-in from {Remote} refused: wrong token, or a link that was used or is too old")]
    public static partial void SignInRefused(ILogger logger, string? remote);

    [LoggerMessage(5004, LogLevel.Warning, "sign-in from {Remote} refused: wrong name or password")]
    public static partial void PasswordRefused(ILogger logger, string? remote);

    [LoggerMessage(5005, LogLevel.Error, "{Who} did {Method} {Path}, and it could not be written to the audit trail: {Reason}")]
    public static partial void NotAudited(ILogger logger, string who, string method, string path, string reason);

    [LoggerMessage(5006, LogLevel.Error, "where {User} signed in could not be kept: {Reason}")]
    public static partial void HomeNotKept(ILogger logger, string user, string reason);

    [LoggerMessage(5007, LogLevel.Error, "the note {Path} of a command could not be taken to the audit trail: {Reason}")]
    public static partial void NoteNotTaken(ILogger logger, string path, string reason);

    [LoggerMessage(5010, LogLevel.Warning, "limit {Limit} reached by {Whom}; told once, until a minute has passed without it")]
    public static partial void Limited(ILogger logger, string limit, string whom);
}
