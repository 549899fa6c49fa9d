using System.Net;
using Gateway.Broker.Sessions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Gateway.Broker.Transport;

/// <summary>MQTT on a listener of Kestrel: TCP, or TLS where the listener has it.</summary>
internal sealed class MqttConnectionHandler(MqttBroker broker) : ConnectionHandler
{
    public override Task OnConnectedAsync(ConnectionContext connection)
    {
        var encrypted = connection.Features.Get<ITlsHandshakeFeature>() is not null;
        var peer = new Peer(Unmapped(connection.RemoteEndPoint), encrypted ? "tls" : "tcp", encrypted);
        return broker.ServeAsync(connection.Transport, peer, connection.Abort);
    }

    private static EndPoint? Unmapped(EndPoint? remote) =>
        remote is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port) : remote;
}
