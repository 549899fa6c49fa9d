using Gateway.Modules;

namespace Gateway.Intake;

internal static partial class IntakeLog
{
    [LoggerMessage(4000, LogLevel.Warning, "quarantined {Topic}: {Code}, {Sentence}")]
    public static partial void Quarantined(ILogger logger, string topic, RefusalCode code, string sentence);
}
