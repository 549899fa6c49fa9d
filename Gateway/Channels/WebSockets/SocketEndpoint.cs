using System.Net.WebSockets;
using Gateway.Contract;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Channels.WebSockets;

/// <summary>The pages that are connected by WebSocket: takes them in, counts them, and sends them away at shutdown.</summary>
internal sealed class SocketEndpoint(LiveServices services)
{
    private readonly Lock _lock = new();

    // Owned by _lock.
    private readonly HashSet<SocketConnection> _connections = [];

    public int Connections
    {
        get
        {
            lock (_lock)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Serves a request that is routed here. The framework's handshake, with our wire beneath it.</summary>
    public RequestDelegate Build(IApplicationBuilder branch)
    {
        branch.Use(next => context =>
        {
            if (context.Features.Get<IHttpUpgradeFeature>() is { } upgrade)
            {
                var wired = new WireUpgrade(upgrade, TcpPeer.Of(context, services.Time));
                context.Features.Set<IHttpUpgradeFeature>(wired);
                context.Features.Set<IHttpWebSocketFeature>(null);
                context.Features.Set(wired);
            }

            return next(context);
        });
        // The service's own heartbeats keep the connection alive, and are measured in its own time.
        branch.UseWebSockets(new() { KeepAliveInterval = TimeSpan.Zero });
        branch.Run(ServeAsync);
        return branch.Build();
    }

    /// <summary>Each page is told to come back at another moment.</summary>
    public void Drain()
    {
        var spread = services.Connections.Drain();
        List<SocketConnection> connections;
        lock (_lock)
        {
            connections = [.. _connections];
        }

        foreach (var (index, connection) in connections.Index())
        {
            connection.SendAway(SocketClose.Drain(spread, (index + Random.Shared.NextDouble()) / connections.Count));
        }

        ChannelsLog.Drained(services.Log, connections.Count, spread);
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await Problem.Of(StatusCodes.Status426UpgradeRequired, "invalid", "This address speaks WebSocket.").ExecuteAsync(context);
            return;
        }

        var verdict = services.Desk.Redeem(context.Request.Query["ticket"], context);
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var wire = context.Features.GetRequiredFeature<WireUpgrade>().Wire!;
        if (!verdict.IsGranted)
        {
            await RefuseAsync(socket, wire, verdict.Refusal, context);
            return;
        }

        using var connection = new SocketConnection(socket, wire, verdict.Rights, context, services);
        if (Admit(connection) is var refusal and not 0)
        {
            await RefuseAsync(socket, wire, refusal, context);
            return;
        }

        try
        {
            await connection.RunAsync();
        }
        finally
        {
            Forget(connection);
        }
    }

    // 0, or the close code of the refusal.
    private int Admit(SocketConnection connection)
    {
        var verdict = services.Connections.Admit(connection.Live);
        if (verdict != Admission.Granted)
        {
            return verdict == Admission.Draining ? SocketClose.GoingAway : SocketClose.Limit;
        }

        lock (_lock)
        {
            _connections.Add(connection);
        }

        return 0;
    }

    private void Forget(SocketConnection connection)
    {
        lock (_lock)
        {
            _connections.Remove(connection);
        }

        services.Connections.Leave(connection.Live);
    }

    private async Task RefuseAsync(WebSocket socket, SocketWire wire, int code, HttpContext context)
    {
        var aborted = context.RequestAborted;
        try
        {
            await socket.CloseOutputAsync((WebSocketCloseStatus)code, SocketClose.Of(code, Random.Shared.NextDouble()).Reason, CancellationToken.None);
            await wire.FlushBatchAsync(aborted);
            var rest = new MessageBuffer(services.Options.MaxMessageBytes);
            await rest.PassOverAsync(socket, aborted).WaitAsync(services.Options.CloseGrace, services.Time, aborted);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or IOException or TimeoutException)
        {
            ChannelsLog.Gone(services.Log, "refused", gone.Message);
            context.Abort();
        }
    }
}
