using System.Net;
using System.Net.Sockets;
using Gateway.Broker;
using Gateway.Modules.Devices;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Operations;

/// <summary>One of the four ports that may be open: the settings it comes from, and where it is once the service listens.</summary>
/// <param name="Name">As the line "listening …" has it.</param>
/// <param name="Section">Of the settings that it comes from.</param>
/// <param name="Port">0 lets the system choose, <see cref="Off"/> keeps it shut.</param>
internal sealed record Door(string Name, string Section, string? Address, int Port, bool IsTls)
{
    public const int Off = -1;

    private const int HighestPort = 65_535;

    // Set while the listeners are bound, before the service starts.
    private ListenOptions? _bound;

    public string PortSetting => IsTls ? $"{Section}:TlsPort" : $"{Section}:Port";

    public IPEndPoint End => _bound?.IPEndPoint ?? throw new InvalidOperationException($"{Name} does not listen");

    public bool IsOpen(TlsOptions tls) => Port != Off && (!IsTls || tls.IsOn);

    public bool ListensAt(int port) => port == (_bound?.IPEndPoint?.Port ?? Port);

    public string Text => IsAny(End.Address) && End.Address.AddressFamily == AddressFamily.InterNetworkV6 ? $"{Name}=0.0.0.0:{End.Port}" : $"{Name}={End}";

    /// <summary>How a client on this machine reaches it.</summary>
    public IPEndPoint Local => IsAny(End.Address) ? new(IPAddress.Loopback, End.Port) : End;

    public BrokerPlace Place => new((IsAny(End.Address) ? LanAddress() : End.Address).ToString(), End.Port, IsTls);

    /// <summary>As a person on the LAN types it in.</summary>
    public string Url => $"{Name}://{(IsAny(End.Address) ? $"{LanAddress()}:{End.Port}" : End)}";

    /// <summary>As a browser on this machine is to have it, whether the service runs or not.</summary>
    public string UrlHere => $"{Name}://{(IPAddress.TryParse(Address, out var own) && !IsAny(own) ? $"{new IPEndPoint(own, Port)}" : $"localhost:{Port}")}/";

    public static IReadOnlyList<Door> All(MqttOptions mqtt, HttpOptions http) =>
    [
        new("mqtt", "Mqtt", mqtt.Address, mqtt.Port, IsTls: false),
        new("http", "Http", http.Address, http.Port, IsTls: false),
        new("mqtts", "Mqtt", mqtt.Address, mqtt.TlsPort, IsTls: true),
        new("https", "Http", http.Address, http.TlsPort, IsTls: true),
    ];

    public static IEnumerable<string> Faults(MqttOptions mqtt, HttpOptions http, TlsOptions tls, int simulated)
    {
        var doors = All(mqtt, http);
        foreach (var door in doors.Where(door => door.Port is < Off or > HighestPort))
        {
            yield return $"{door.PortSetting}: {door.Port} is no port; 0 to {HighestPort}, or {Off} for none.";
        }

        var open = doors.Where(door => door.IsOpen(tls)).ToList();
        foreach (var section in doors.Select(door => door.Section).Except(open.Select(door => door.Section)))
        {
            yield return $"{section}:Port: {Off} shuts the only port there would be; open {section}:TlsPort, which needs Tls:Certificate.";
        }

        foreach (var (door, first) in open.Select(door => (door, open.Find(other => other.Port == door.Port)!)).Where(pair => pair.door.Port > 0))
        {
            if (door != first)
            {
                yield return $"{door.PortSetting}: {door.Port} is the same as {first.PortSetting}; each needs a port of its own.";
            }
        }

        if (simulated > 0 && mqtt.Port == Off)
        {
            yield return "Simulate:Scanners: simulated scanners connect without TLS, so Mqtt:Port must be open.";
        }
    }

    public void Bound(ListenOptions listener) => _bound = listener;

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Any);

    private static IPAddress LanAddress()
    {
        try
        {
            var own = Dns.GetHostAddresses(Dns.GetHostName(), AddressFamily.InterNetwork);
            return Array.Find(own, address => !IPAddress.IsLoopback(address)) ?? IPAddress.Loopback;
        }
        catch (SocketException)
        {
            // A machine whose own name does not resolve can still be reached from itself.
            return IPAddress.Loopback;
        }
    }
}
