namespace Gateway.Modules;

internal static partial class ModuleLog
{
    [LoggerMessage(4100, LogLevel.Information, "enrollment {Enrollment} on {Device} position {Position}: {Type}, {Percent} %")]
    public static partial void EnrollmentMoved(ILogger logger, string enrollment, string device, long position, string type, int percent);

    [LoggerMessage(4101, LogLevel.Information, "command {Do} to {Device} published, enrollment {Enrollment}, id {Id}")]
    public static partial void CommandSent(ILogger logger, string @do, string device, string? enrollment, string id);

    [LoggerMessage(4102, LogLevel.Error, "not published: {What}; it is tried again")]
    public static partial void NotPublished(ILogger logger, Exception failure, string? what);

    [LoggerMessage(4103, LogLevel.Information, "scanner {Device} is {State}")]
    public static partial void DevicePresence(ILogger logger, string device, string state);

    [LoggerMessage(4104, LogLevel.Error, "what {Subject} needed was not written; it is tried again with the next event")]
    public static partial void NotWritten(ILogger logger, Exception failure, string subject);
}
