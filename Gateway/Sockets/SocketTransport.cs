using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Gateway.Sockets;

/// <summary>
/// TCP for the ports that ask for it, in place of Kestrel's own transport: a connection holds no buffer while nothing comes, what comes is read by the thread
/// that hears of it, and what goes out is sent by whoever has something to say. No byte changes threads on its way.
/// </summary>
internal sealed class SocketTransport(int backlog) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is LeanEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket? socket = null;
        try
        {
            socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.Listen(backlog);
            return new(new SocketListener(socket));
        }
        catch (SocketException failure)
        {
            socket?.Dispose();
            throw failure.SocketErrorCode == SocketError.AddressAlreadyInUse ? new AddressInUseException(failure.Message, failure) : failure;
        }
    }
}

/// <summary>Where connections are served by <see cref="SocketTransport"/>.</summary>
internal sealed class LeanEndPoint(IPAddress address, int port) : IPEndPoint(address, port);

/// <summary>Takes connections until it is unbound.</summary>
internal sealed class SocketListener(Socket socket) : IConnectionListener
{
    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var accepted = await socket.AcceptAsync(cancellationToken);
                accepted.NoDelay = true;
                accepted.Blocking = false;
                return new SocketConnection(accepted);
            }
            catch (Exception unbound) when (unbound is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException)
            {
                // This one went away before it was taken; the next is not its fault.
                continue;
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
