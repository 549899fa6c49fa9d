using System.Net;

namespace Gateway.Broker.Transport;

/// <summary>The other end, as the transport knows it.</summary>
/// <param name="Transport">tcp, tls or ws.</param>
internal sealed record Peer(EndPoint? Remote, string Transport, bool Encrypted);
