using System.Net;
using Gateway.Broker.Protocol;
using Gateway.Broker.Sessions;
using Gateway.Broker.Transport;

namespace Gateway.Broker;

/// <summary>One authenticated connection, from CONNACK to its end.</summary>
internal sealed class ClientConnection
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ClientConnection(MqttLink link, ConnectPacket connect, string clientId, IClientRights rights, DateTimeOffset connectedAt)
    {
        Link = link;
        ClientId = clientId;
        Rights = rights;
        Version = connect.Version;
        MaximumPacketSize = connect.Properties.MaximumPacketSize ?? uint.MaxValue;
        Goodbye = new(connect.Version, connect.Properties);
        ConnectedAt = connectedAt;
        Will = StoredWill.From(connect.Will, rights);
        SessionExpiry = connect.Version == ProtocolVersion.V500 ? connect.Properties.SessionExpiry ?? 0 : connect.CleanStart ? 0 : uint.MaxValue;
        Lane = new(link.Lane.MadeRoom);
    }

    public string ClientId { get; }

    public IClientRights Rights { get; }

    public EndPoint? Remote => Link.Peer.Remote;

    /// <summary>tcp, tls or ws.</summary>
    public string Transport => Link.Peer.Transport;

    public ProtocolVersion Version { get; }

    public DateTimeOffset ConnectedAt { get; }

    internal MqttLink Link { get; }

    internal PublisherLane Lane { get; }

    internal uint MaximumPacketSize { get; }

    internal Goodbye Goodbye { get; }

    /// <summary>Completed when the will is out and the session is free for the next connection.</summary>
    internal Task Ended => _ended.Task;

    // The rest is owned by the connection's own life: its handshake, then its read loop, then its end.
    internal Session? Session { get; set; }

    internal StoredWill? Will { get; set; }

    /// <summary>Seconds; uint.MaxValue is for ever.</summary>
    internal uint SessionExpiry { get; set; }

    public override string ToString() => $"{ClientId} ({Remote})";

    /// <summary>Ends the connection; an MQTT 5 client is told the reason.</summary>
    internal void Close(ReasonCode reason, string sentence)
    {
        var error = new ProtocolError(reason, sentence);
        Link.Close(error, Goodbye.Disconnect(error));
    }

    internal void SetEnded() => _ended.TrySetResult();
}
