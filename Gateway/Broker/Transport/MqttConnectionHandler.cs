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
        var peer = new Peer(connection.RemoteEndPoint, encrypted ? "tls" : "tcp", encrypted);
        return broker.ServeAsync(connection.Transport, peer, connection.Abort);
    }
}
