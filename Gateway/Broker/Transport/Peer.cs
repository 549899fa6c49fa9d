using System.Net;

namespace Gateway.Broker.Transport;

/// <summary>The other end, as the transport knows it.</summary>
/// <param name="Transport">tcp, tls or ws.</param>
internal sealed record Peer(EndPoint? Remote, string Transport, bool Encrypted)
{
    // An IPv4 address that came in through a dual-stack socket is still an IPv4 address, in logs as in limits.
    public EndPoint? Remote { get; } =
        Remote is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port) : Remote;
}
