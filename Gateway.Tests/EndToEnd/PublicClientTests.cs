using System.Diagnostics;
using Gateway.Tests.Architecture;

namespace Gateway.Tests.EndToEnd;

/// <summary>
/// Clients that others wrote, against the service as people run it: QoS 0, 1 and 2, retained messages, wills, and a session that outlives its
/// connection. mosquitto's own clients do the same in DurableMqttTests.
/// </summary>
[Category("Slow")]
public sealed class PublicClientTests
{
    private SomeFolder _folder = null!;
    private GatewayFixture _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new();
        _service = await GatewayFixture.StartAnonymousAsync(_folder.Path);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Paho_EverythingItDoes_Works([Values("4", "5")] string version, [Values("tcp", "websockets")] string transport)
    {
        var port = transport == "tcp" ? _service.MqttPort : _service.HttpPort;
        var script = Path.Combine(Repository.Root, "Gateway.Tests", "Broker", "Clients", "paho_client.py");
        await AssertOkAsync("/usr/bin/python3", script, $"{port}", version, transport);
    }

    [Test]
    public async Task MqttJs_EverythingItDoes_Works([Values("4", "5")] string version, [Values("mqtt", "ws")] string scheme)
    {
        var pages = Path.Combine(Repository.Root, "Gateway.Tests", "Pages");
        Assert.That(Path.Combine(pages, "node_modules", "mqtt"), Does.Exist, "npm ci in Gateway.Tests/Pages, or scripts/test, installs mqtt.js");
        var url = scheme == "mqtt" ? $"mqtt://127.0.0.1:{_service.MqttPort}" : $"ws://127.0.0.1:{_service.HttpPort}/mqtt";
        await AssertOkAsync("node", Path.Combine(pages, "mqtt-client.mjs"), url, version);
    }

    private static async Task AssertOkAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        Assert.That(await output + await errors, Does.StartWith("ok"));
    }
}
