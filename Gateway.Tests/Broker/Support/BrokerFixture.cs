using System.Net;
using Gateway.Broker;
using Gateway.Broker.Transport;
using Gateway.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Broker.Support;

/// <summary>A broker alone on a loopback port of its own.</summary>
internal sealed class BrokerFixture : IAsyncDisposable
{
    private readonly WebApplication _host;

    private BrokerFixture(WebApplication host, MemoryStore store)
    {
        _host = host;
        Store = store;
        Broker = host.Services.GetRequiredService<MqttBroker>();
    }

    public MemoryStore Store { get; }

    public MqttBroker Broker { get; }

    public int Port { get; private set; }

    public int HttpPort { get; private set; }

    public static async Task<BrokerFixture> StartAsync(
        MqttOptions? options = null, MemoryStore? store = null, IAuthenticator? authenticator = null, Func<IBrokerStore, IPublishGate>? gate = null,
        TimeProvider? time = null, BrokerLimits? limits = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        store ??= new();
        builder.Services
            .AddSingleton(options ?? new())
            .AddSingleton(limits ?? new())
            .AddSingleton(authenticator ?? new OpenDoor())
            .AddSingleton<IBrokerStore>(store)
            .AddSingleton(time ?? TimeProvider.System)
            .AddSingleton<IConnectionListenerFactory>(new SocketTransport(backlog: 512))
            .AddSingleton<MqttBroker>();
        builder.WebHost.ConfigureKestrel(static k =>
        {
            k.Listen(new LeanEndPoint(IPAddress.Loopback, 0), static l => l.UseConnectionHandler<MqttConnectionHandler>());
            k.Listen(IPAddress.Loopback, 0);
        });
        var fixture = new BrokerFixture(builder.Build(), store);
        fixture.Broker.Start(gate?.Invoke(store) ?? new DirectGate(store));
        fixture._host.UseWebSockets();
        fixture._host.MapMqtt();
        await fixture._host.StartAsync();
        var addresses = fixture._host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        fixture.Port = new Uri(addresses[0]).Port;
        fixture.HttpPort = new Uri(addresses[1]).Port;
        return fixture;
    }

    public Task<RawClient> OpenAsync() => RawClient.OpenAsync(Port);

    /// <summary>Connected as MQTT 3.1.1 or 5, CONNACK taken.</summary>
    public async Task<RawClient> ConnectAsync(Gateway.Broker.Protocol.ConnectPacket connect)
    {
        var client = await OpenAsync();
        await client.ConnectAsync(connect);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await Broker.StopAsync(patience.Token);
        await _host.StopAsync(patience.Token);
        await _host.DisposeAsync();
    }
}
