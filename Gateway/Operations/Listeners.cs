using System.Net;
using System.Net.Sockets;
using Gateway.Broker;
using Gateway.Broker.Transport;
using Gateway.Contract;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Operations;

/// <summary>Where the service listens: set up before the start, known for certain after it.</summary>
internal sealed class Listeners(MqttOptions mqtt, HttpOptions http)
{
    // Kestrel's 512 overflow when a thousand scanners come back at once after a power cut, and each then waits a second for its next try.
    public const int Backlog = 8192;

    private ListenOptions? _mqtt;
    private ListenOptions? _http;

    public string Mqtt => Text(_mqtt!);

    public string Http => Text(_http!);

    /// <summary>The address that a person on the LAN types in.</summary>
    public string PageUrl => $"http://{Reachable(_http!)}/";

    public string ScannerUrl => $"mqtt://{Reachable(_mqtt!)}";

    /// <summary>How a client on this machine reaches the broker.</summary>
    public IPEndPoint MqttLocal => _mqtt!.IPEndPoint is { } end && (end.Address.Equals(IPAddress.IPv6Any) || end.Address.Equals(IPAddress.Any))
        ? new(IPAddress.Loopback, end.Port)
        : _mqtt.IPEndPoint!;

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        Listen(kestrel, "Mqtt:Address", mqtt.Address, mqtt.Port, options =>
        {
            _mqtt = options;
            options.UseConnectionHandler<MqttConnectionHandler>();
        });
        Listen(kestrel, "Http:Address", http.Address, http.Port, options =>
        {
            _http = options;
            options.Protocols = HttpProtocols.Http1;
        });
    }

    /// <summary>What could not be bound, as a setting and a sentence.</summary>
    public SettingException Explain(Exception error)
    {
        var (section, address, port) = CanListen(mqtt.Address, mqtt.Port) ? ("Http", http.Address, http.Port) : ("Mqtt", mqtt.Address, mqtt.Port);
        if (error.InnerException is AddressInUseException)
        {
            return new($"{section}:Port", $"port {port} is in use by another program; stop that, or choose another with --{section}:Port N.");
        }

        return error is UnauthorizedAccessException or SocketException { SocketErrorCode: SocketError.AccessDenied }
            ? new($"{section}:Port", $"port {port} is kept for the system's own services; choose one above 1023 with --{section}:Port N.")
            : new($"{section}:Address", $"{address ?? "every interface"} cannot be listened on: {error.Message}.");
    }

    // Not every error tells which listener it was, so the first one is tried again; by now none is bound any more.
    private static bool CanListen(string? address, int port)
    {
        try
        {
            using var probe = new TcpListener(Parse(address) ?? IPAddress.IPv6Any, port);
            if (string.IsNullOrEmpty(address))
            {
                probe.Server.DualMode = true;
            }

            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static IPAddress? Parse(string? address) =>
        address == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(address, out var parsed) ? parsed : null;

    private static void Listen(KestrelServerOptions kestrel, string setting, string? address, int port, Action<ListenOptions> configure)
    {
        if (string.IsNullOrEmpty(address))
        {
            kestrel.ListenAnyIP(port, configure);
        }
        else if (Parse(address) is { } parsed)
        {
            kestrel.Listen(parsed, port, configure);
        }
        else
        {
            throw new SettingException(setting, $"\"{address}\" is no IP address.");
        }
    }

    private static string Text(ListenOptions options)
    {
        var end = options.IPEndPoint!;
        return end.Address.Equals(IPAddress.IPv6Any) ? $"0.0.0.0:{end.Port}" : end.ToString();
    }

    private static string Reachable(ListenOptions options)
    {
        var end = options.IPEndPoint!;
        return end.Address.Equals(IPAddress.IPv6Any) || end.Address.Equals(IPAddress.Any) ? $"{LanAddress()}:{end.Port}" : end.ToString();
    }

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
