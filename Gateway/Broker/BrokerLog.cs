using System.Net;

namespace Gateway.Broker;

/// <summary>What the broker says about its clients: who, why, which reason code.</summary>
internal static partial class BrokerLog
{
    [LoggerMessage(1000, LogLevel.Information, "MQTT client {ClientId} connected from {Remote} over {Transport} with MQTT {Version}")]
    public static partial void Connected(ILogger log, string clientId, EndPoint? remote, string transport, string version);

    [LoggerMessage(1001, LogLevel.Information, "MQTT client {ClientId} ({Remote}) disconnected: {Why} ({Reason})")]
    public static partial void Disconnected(ILogger log, string clientId, EndPoint? remote, string why, string reason);

    [LoggerMessage(1002, LogLevel.Warning, "MQTT client {ClientId} from {Remote} refused: {Why} ({Reason})")]
    public static partial void Refused(ILogger log, string clientId, EndPoint? remote, string why, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "MQTT connection from {Remote} closed before it was accepted: {Why} ({Reason})")]
    public static partial void Stranger(ILogger log, EndPoint? remote, string why, string reason);

    [LoggerMessage(1004, LogLevel.Information, "MQTT client {ClientId} ({Remote}) is taken over by a newer connection")]
    public static partial void TakenOver(ILogger log, string clientId, EndPoint? remote);

    [LoggerMessage(
        1005,
        LogLevel.Warning,
        "MQTT session {ClientId} is ended with the {Messages} messages ({Bytes} bytes) that wait: Mqtt:MaxQueuedMessages or Mqtt:MaxQueuedBytes is reached")]
    public static partial void SessionOverflowed(ILogger log, string clientId, int messages, long bytes);

    [LoggerMessage(1006, LogLevel.Error, "Message of {ClientId} on {Topic} could not be committed; it is not acknowledged")]
    public static partial void NotCommitted(ILogger log, string? clientId, string topic, Exception failure);

    [LoggerMessage(1007, LogLevel.Error, "The will of {ClientId} on {Topic} could not be published")]
    public static partial void WillLost(ILogger log, string clientId, string topic, Exception failure);

    [LoggerMessage(1008, LogLevel.Information, "MQTT client {ClientId} may not subscribe to {Filter}")]
    public static partial void SubscribeDenied(ILogger log, string clientId, string filter);

    [LoggerMessage(1009, LogLevel.Error, "MQTT connection of {ClientId} failed")]
    public static partial void Failed(ILogger log, string? clientId, Exception failure);

    [LoggerMessage(1010, LogLevel.Information, "MQTT broker started with {Retained} retained messages and {Sessions} sessions")]
    public static partial void Started(ILogger log, int retained, int sessions);

    [LoggerMessage(1011, LogLevel.Information, "MQTT broker stopped; {Connections} connections were asked to leave")]
    public static partial void Stopped(ILogger log, int connections);

    [LoggerMessage(1012, LogLevel.Critical, "The watch over MQTT connections failed")]
    public static partial void WatchFailed(ILogger log, Exception failure);

    [LoggerMessage(1013, LogLevel.Error, "The session of {ClientId} could not be committed")]
    public static partial void SessionNotCommitted(ILogger log, string clientId, Exception failure);

    [LoggerMessage(1014, LogLevel.Error, "What waits for {ClientId} could not be read from the store")]
    public static partial void BacklogUnreadable(ILogger log, string clientId, Exception failure);

    [LoggerMessage(1016, LogLevel.Error, "Expired messages could not be removed from the store; this is tried again")]
    public static partial void NotPurged(ILogger log, Exception failure);

    [LoggerMessage(1015, LogLevel.Warning, "MQTT client {ClientId} reads too slowly: messages of QoS 0 are dropped for it until it has caught up")]
    public static partial void Overloaded(ILogger log, string clientId);

    [LoggerMessage(1017, LogLevel.Information, "MQTT client {ClientId} ({Remote}) disconnected: its connection was lost without a goodbye")]
    public static partial void Lost(ILogger log, string clientId, EndPoint? remote);

    [LoggerMessage(
        1018, LogLevel.Warning, "MQTT connection from {Remote} closed: too many are open that never say who they are; more of them are only counted")]
    public static partial void TooManyHalfOpen(ILogger log, EndPoint? remote);

    [LoggerMessage(
        1019, LogLevel.Warning, "MQTT client from {Remote} refused: its address connects more often than Limits:ConnectRate; more of it is only counted")]
    public static partial void ConnectsTooOften(ILogger log, EndPoint? remote);

    [LoggerMessage(1020, LogLevel.Warning, "MQTT client from {Remote} never said who it is, within Mqtt:ConnectTimeout; more of it is only counted")]
    public static partial void NeverSaidWho(ILogger log, EndPoint? remote);

    [LoggerMessage(1021, LogLevel.Warning, "MQTT client from {Remote} refused: as many as Mqtt:MaxConnections are connected; more of them are only counted")]
    public static partial void TooManyConnections(ILogger log, EndPoint? remote);
}
