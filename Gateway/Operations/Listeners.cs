using System.Net;
using System.Net.Sockets;
using Gateway.Access;
using Gateway.Broker;
using Gateway.Broker.Transport;
using Gateway.Contract;
using Gateway.Modules.Devices;
using Gateway.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Operations;

/// <summary>Where the service listens: set up before the start, known for certain after it.</summary>
internal sealed class Listeners(MqttOptions mqtt, HttpOptions http, TlsOptions tls) : IBrokerDoor
{
    // Kestrel's 512 overflow when a thousand scanners come back at once after a power cut, and each then waits a second for its next try.
    public const int Backlog = 8192;

    private const int MaxBody = 1 << 20;

    private static readonly object Shaken = new();

    private readonly List<Door> _open = [.. Door.All(mqtt, http).Where(door => door.IsOpen(tls))];

    /// <summary>Each open port, in the order mqtt, http, mqtts, https.</summary>
    public string Text => string.Join(' ', _open.Select(door => door.Text));

    /// <summary>With TLS where there is any.</summary>
    public string PageUrl => $"{Best("Http").Url}/";

    public string ScannerUrl => Best("Mqtt").Url;

    public BrokerPlace ForScanners => Best("Mqtt").Place;

    /// <summary>How a client on this machine reaches the broker without TLS.</summary>
    public IPEndPoint MqttLocal => _open.Find(door => door.Name == "mqtt")?.Local ?? throw new InvalidOperationException("Mqtt:Port is switched off");

    public int? HttpsPort => _open.Find(door => door.Name == "https")?.End.Port;

    public bool IsOwnPort(int port) => _open.Exists(door => door.ListensAt(port));

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // Who sends a byte now and then keeps nobody waiting but itself, and not for long.
        kestrel.Limits.RequestHeadersTimeout = ConnectionLimit.Patience;
        kestrel.Limits.MaxRequestBodySize = MaxBody;
        if (tls.IsOn)
        {
            kestrel.ApplicationServices.GetRequiredService<TlsCertificate>().Load();
        }

        foreach (var door in _open)
        {
            Listen(kestrel, door);
        }
    }

    /// <summary>What could not be bound, as a setting and a sentence.</summary>
    public SettingException Explain(Exception error)
    {
        // Not every error tells which listener it was, so each is tried again; by now none is bound any more.
        var door = _open.Find(door => !CanListen(door)) ?? _open[^1];
        if (error.InnerException is AddressInUseException)
        {
            return new(door.PortSetting, $"port {door.Port} is in use by another program; stop that, or choose another with --{door.PortSetting} N.");
        }

        return error is UnauthorizedAccessException or SocketException { SocketErrorCode: SocketError.AccessDenied }
            ? new(door.PortSetting, $"port {door.Port} is kept for the system's own services; choose one above 1023 with --{door.PortSetting} N.")
            : new($"{door.Section}:Address", $"{door.Address ?? "every interface"} cannot be listened on: {error.Message}.");
    }

    private Door Best(string section) => _open.FindLast(door => door.Section == section)!;

    private static bool CanListen(Door door)
    {
        try
        {
            using var probe = new TcpListener(Parse(door.Address) ?? IPAddress.IPv6Any, door.Port);
            if (string.IsNullOrEmpty(door.Address))
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

    private static IPAddress AnyAddress => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;

    private static IPAddress? Parse(string? address) =>
        address == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(address, out var parsed) ? parsed : null;

    private static void Listen(KestrelServerOptions kestrel, Door door)
    {
        var isAnywhere = string.IsNullOrEmpty(door.Address);
        if (door.Section == "Mqtt" && (isAnywhere ? AnyAddress : Parse(door.Address)) is { } address)
        {
            // thousands of scanners that are silent most of the time
            kestrel.Listen(new LeanEndPoint(address, door.Port), options => Open(options, door));
        }
        else if (isAnywhere)
        {
            kestrel.ListenAnyIP(door.Port, options => Open(options, door));
        }
        else if (Parse(door.Address) is { } parsed)
        {
            kestrel.Listen(parsed, door.Port, options => Open(options, door));
        }
        else
        {
            throw new SettingException($"{door.Section}:Address", $"\"{door.Address}\" is no IP address.");
        }
    }

    private static void Open(ListenOptions options, Door door)
    {
        door.Bound(options);
        options.Protocols = HttpProtocols.Http1;
        options.Use(options.ApplicationServices.GetRequiredService<ConnectionLimit>().Around);
        if (door.IsTls)
        {
            options.Use(EndQuietly);
            options.UseHttps(options.ApplicationServices.GetRequiredService<TlsCertificate>().Handshakes);
            options.Use(next => connection =>
            {
                connection.Items[Shaken] = true;
                return next(connection);
            });
        }

        if (door.Section == "Mqtt")
        {
            // From here on the broker is the one that waits, and tells.
            options.Use(next => connection =>
            {
                ConnectionLimit.Began(connection.Items);
                return next(connection);
            });
            options.UseConnectionHandler<MqttConnectionHandler>();
        }
    }

    // A stranger's alert before any handshake is thrown by the framework as if our certificate had no key, and would be an error in the log each time.
    private static ConnectionDelegate EndQuietly(ConnectionDelegate next) => async connection =>
    {
        try
        {
            await next(connection);
        }
        catch (NotSupportedException) when (!connection.Items.ContainsKey(Shaken))
        {
            connection.Abort(new ConnectionAbortedException("it began with no handshake"));
        }
    };
}
