using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>A message on its way to one session.</summary>
/// <param name="Group">The share it came through: should the session end before it is acknowledged, another member gets it.</param>
internal readonly record struct Outgoing(Message Message, byte Qos, bool Retain, int[]? Identifiers, SharedGroup? Group = null);

/// <summary>Sent and not acknowledged yet.</summary>
/// <param name="Order">Redelivery is in the order of the first delivery (MQTT-4.6.0-1).</param>
/// <param name="IsReceived">The client's PUBREC is here; what is owed is PUBREL.</param>
internal readonly record struct Inflight(Outgoing Outgoing, long Order, bool IsReceived = false);
