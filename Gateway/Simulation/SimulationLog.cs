namespace Gateway.Simulation;

/// <summary>What the simulated scanners say; each line names its device.</summary>
internal static partial class SimulationLog
{
    [LoggerMessage(7000, LogLevel.Information, "{Scanners} simulated scanners started against {Endpoint}")]
    public static partial void Started(ILogger log, int scanners, object endpoint);

    [LoggerMessage(7001, LogLevel.Information, "{Scanners} simulated scanners stopped")]
    public static partial void Stopped(ILogger log, int scanners);

    [LoggerMessage(7002, LogLevel.Debug, "simulated scanner {Device} connected, owes {Owed} messages")]
    public static partial void Connected(ILogger log, string device, int owed);

    [LoggerMessage(7003, LogLevel.Warning, "simulated scanner {Device} lost its connection and owes {Owed} messages: {Reason}")]
    public static partial void ConnectionEnded(ILogger log, string device, int owed, string reason);

    [LoggerMessage(7004, LogLevel.Critical, "simulated scanner {Device} failed and does not come back")]
    public static partial void Failed(ILogger log, string device, Exception defect);

    [LoggerMessage(7005, LogLevel.Warning, "simulated scanner {Device} does not understand a command: {Reason}")]
    public static partial void NotUnderstood(ILogger log, string device, string reason);

    [LoggerMessage(7007, LogLevel.Information, "simulated scanner {Device} would blink now, so that you find it")]
    public static partial void Located(ILogger log, string device);

    [LoggerMessage(7006, LogLevel.Debug, "simulated scanner {Device} was told {Command} to {Do}: {Answer}")]
    public static partial void Answered(ILogger log, string device, string command, string @do, string answer);
}
