using Gateway.Tests.Support;

namespace Gateway.Tests.EndToEnd;

/// <summary>Who begins and does not go on, at each port and each stage, holds nobody up and is ended.</summary>
[Category("Slow")]
public sealed class SlowlorisTests : FolderTest
{
    private const int Times = 20;

    private static readonly byte[] HalfHello = [0x16, 3, 1, 2, 0, 1];
    private static readonly byte[] HalfConnect = [0x10, 40, 0, 4];

    [Test]
    public async Task Slowloris_OnEveryPort_IsEnded_WhileANeighbourIsServed()
    {
        var certificates = await SomeCertificates.MakeAsync(Folder.In("certificates"));
        await using var service = await GatewayFixture.StartAsync(
            Folder.In("data"), ["--Access:AdminToken", GatewayFixture.AdminToken, .. certificates.Settings]);
        var head = "GET / HTTP/1.1\r\nHost: loc";
        var body = "POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{";
        var upgrade = "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        var slow = new List<Stranger>();
        for (var i = 0; i < Times; i++)
        {
            slow.Add(await BeginAsync(Stranger.ConnectAsync(service.HttpPort), Bytes(head)));
            slow.Add(await BeginAsync(Stranger.ConnectAsync(service.HttpPort), Bytes(body)));
            slow.Add(await BeginAsync(Stranger.ConnectAsync(service.HttpPort), Bytes(upgrade)));
            slow.Add(await BeginAsync(Stranger.ConnectAsync(service.MqttPort), HalfConnect));
            slow.Add(await BeginAsync(Stranger.ConnectAsync(service.HttpsPort), HalfHello));
            slow.Add(await BeginAsync(Stranger.ConnectAsync(service.MqttsPort), HalfHello));
            slow.Add(await BeginAsync(Stranger.ConnectTlsAsync(service.HttpsPort), Bytes(head)));
            slow.Add(await BeginAsync(Stranger.ConnectTlsAsync(service.MqttsPort), HalfConnect));
        }

        Assert.That((await service.GetAsync("api/jobs"))["items"], Is.Not.Null);
        var plain = await Mosquitto.PublishAsync(service.MqttPort, "some/topic", "x", "-d", "-V", "mqttv5", "-u", "a", "-P", GatewayFixture.AdminToken);
        Assert.That(plain, Does.Contain("RC:0").Or.Contain("RC:16"));
        Assert.That(await certificates.CurlAsync($"https://localhost:{service.HttpsPort}/healthz"), Does.StartWith("HTTP/1.1 200"));

        // A 408 may come before the end.
        await Task.WhenAll(slow.Select(one => one.RestAsync()));
        slow.ForEach(one => one.Dispose());
        var figures = await service.Http.GetStringAsync("metrics");
        string[] limits = ["access_limited_total{limit=\"slow_start\"}", "access_limited_total{limit=\"slow_body\"}", "{cause=\"connect_timeout\"}"];
        foreach (var limit in limits)
        {
            Assert.That(figures, Does.Contain(limit).And.Not.Contain($"{limit} 0\n"));
        }

        foreach (var line in new[] { "limit slow_start reached", "limit slow_body reached", "never said who it is" })
        {
            Assert.That(service.Output.Split(line), Has.Length.EqualTo(2), $"'{line}' once");
        }

        Assert.That((await service.GetAsync("api/jobs"))["items"], Is.Not.Null);
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    private static async Task<Stranger> BeginAsync(Task<Stranger> connecting, byte[] beginning)
    {
        var stranger = await connecting;
        await stranger.SendAsync(beginning);
        return stranger;
    }
}
