using System.Net;
using Microsoft.AspNetCore.Http;

namespace Gateway.Broker.Transport;

/// <summary>MQTT over WebSocket at <c>/mqtt</c>, for clients in pages.</summary>
internal static class MqttWebSocket
{
    private const string SubProtocol = "mqtt";

    /// <summary>Needs <c>UseWebSockets</c> before it.</summary>
    public static IEndpointConventionBuilder MapMqtt(this IEndpointRouteBuilder endpoints, string path = "/mqtt") => endpoints.Map(path, ServeAsync);

    private static async Task ServeAsync(HttpContext context, MqttBroker broker)
    {
        // MQTT-6.0.0-3: the client offers the subprotocol, the server agrees to it
        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(SubProtocol))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(SubProtocol);
        var remote = context.Connection.RemoteIpAddress is { } address ? new IPEndPoint(address, context.Connection.RemotePort) : null;
        await WebSocketPipe.ServeAsync(socket, broker, new(remote, "ws", context.Request.IsHttps));
    }
}
