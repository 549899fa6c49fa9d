using System.Net;
using Gateway.Simulation;
using Gateway.Tests.Broker.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Simulation;

public sealed class SimulatedFleetTests
{
    [Test]
    public async Task Fleet_Started_EveryScannerIsOnline_Stopped_EveryConnectionIsGone()
    {
        using var folder = new SomeFolder();
        await using var broker = await BrokerFixture.StartAsync();
        await using var fleet = new SimulatedFleet(new() { Scanners = 3, Seed = 1 }, TimeProvider.System, NullLogger<SimulatedFleet>.Instance);
        fleet.Start(new IPEndPoint(IPAddress.Loopback, broker.Port), [.. fleet.Devices.Select(static device => (device, "secret"))], folder.Path);
        await Eventually.HoldsAsync(() => States(broker, "online") == 3, "each has said that it is online");
        await fleet.StopAsync();
        await Eventually.HoldsAsync(() => broker.Broker.Counts.Connections == 0, "each has left");
        Assert.That(States(broker, "offline"), Is.EqualTo(3));
    }

    private static int States(BrokerFixture broker, string state) => broker.Store.Retained.Values
        .Count(message => System.Text.Encoding.UTF8.GetString(message.Payload.Span).Contains($"\"state\":\"{state}\"", StringComparison.Ordinal));
}
