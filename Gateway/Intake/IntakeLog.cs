using Gateway.Modules;

namespace Gateway.Intake;

internal static partial class IntakeLog
{
    [LoggerMessage(4000, LogLevel.Warning, "quarantined {Topic}: {Code}, {Sentence}")]
    public static partial void Quarantined(ILogger logger, string topic, RefusalCode code, string sentence);

    [LoggerMessage(4001, LogLevel.Information, "{Count} messages dropped from the quarantine: older than {Days} days, or beyond the newest {MaxItems}")]
    public static partial void Dropped(ILogger logger, int count, int days, int maxItems);

    [LoggerMessage(4002, LogLevel.Error, "the quarantine was not swept; it is tried again in an hour")]
    public static partial void NotSwept(ILogger logger, Exception failure);
}
