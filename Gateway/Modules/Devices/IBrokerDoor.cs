using System.Text.Json.Nodes;

namespace Gateway.Modules.Devices;

/// <summary>Where scanners find the broker: with TLS where there is any. Known once the service listens.</summary>
internal interface IBrokerDoor
{
    BrokerPlace ForScanners { get; }
}

/// <param name="Host">As others on the LAN reach this machine.</param>
internal sealed record BrokerPlace(string Host, int Port, bool Tls)
{
    public JsonNode Json() => new JsonObject { ["host"] = Host, ["port"] = Port, ["tls"] = Tls };
}
