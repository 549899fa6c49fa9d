using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Gateway.Tests.EndToEnd;

/// <summary>What comes between a scanner and its new firmware: lost connections, a service that is killed. Without a key to check with.</summary>
[Category("Slow")]
public sealed class FirmwareRolloutTests() : ServiceTest(Admin)
{
    private string _secret = "";
    private int _messages;

    [SetUp]
    public async Task GiveAsync()
    {
        _secret = (string)(await Service.PostAsync("api/devices", new { id = "door-1" }))["secret"]!;
        byte[] image = [1, 2, 3];
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(image));
        var manifest = new { version = "2.0.0", counter = 2, size = 3, sha256, file = "two.bin", signature = "3006020101020101" };
        await Service.PostAsync("api/firmware", new { manifest, image = Convert.ToBase64String(image) });
        using var aimed = await Service.Http.PutAsJsonAsync("api/devices/door-1/firmware", new { version = "2.0.0" });
        Assert.That(aimed.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Scanner_ThatIsBackInTheSameBoot_HasNotRolledBack_OverAKillToo()
    {
        await AssertAsync("waiting", isOnline: false);
        await using (var first = await ConnectAsync())
        {
            await SayAsync(boot: 7, "1.0.0");
            await FetchAsync();
            await AssertAsync("taken", isOnline: true);
        }

        await KillAndStartAsync();
        await AssertAsync("taken", isOnline: false);
        await using (var again = await ConnectAsync())
        {
            await SayAsync(boot: 7, "1.0.0");
            await AssertAsync("taken", isOnline: true);
            await FetchAsync();
        }

        await KillAndStartAsync();
        await using (var updated = await ConnectAsync())
        {
            await SayAsync(boot: 8, "2.0.0");
            await AssertAsync("succeeded", isOnline: true);
            await SayAsync(boot: 9, "1.0.0");
            await AssertAsync("rolled_back", isOnline: true);
        }

        await KillAndStartAsync();
        await AssertAsync("rolled_back", isOnline: false);
    }

    [Test]
    public async Task Scanner_ThatRestartsIntoTheOldOne_HasRolledBack()
    {
        await using var scanner = await ConnectAsync();
        await SayAsync(boot: 7, "1.0.0");
        await FetchAsync();
        await SayAsync(boot: 8, "1.0.0");
        await AssertAsync("rolled_back", isOnline: true);
    }

    private Task AssertAsync(string outcome, bool isOnline) => Eventually.HoldsAsync(
        async () =>
        {
            var device = (await Service.GetAsync("api/firmware"))["devices"]![0]!;
            return ((string?)device["outcome"], (bool)device["online"]!) == (outcome, isOnline);
        },
        $"{outcome}, {(isOnline ? "online" : "offline")}");

    private async Task<Mosquitto.Listener> ConnectAsync()
    {
        var listener = Mosquitto.Listen(Service.MqttPort, "scanners/door-1/commands", "-u", "door-1", "-P", _secret);
        await Eventually.HoldsAsync(async () => (bool)(await Service.GetAsync("api/devices/door-1"))["state"]!["online"]!, "online");
        return listener;
    }

    private async Task SayAsync(int boot, string firmware)
    {
        var status = new { id = $"{boot}-{++_messages}", state = "online", firmware, uptime = 1000 };
        var said = await Mosquitto.PublishAsync(
            Service.MqttPort, "scanners/door-1/status", JsonSerializer.Serialize(status), "-d", "-V", "mqttv5", "-u", "door-1", "-P", _secret);
        Assert.That(said, Does.Contain("RC:0").Or.Contain("RC:16"));
    }

    private async Task FetchAsync()
    {
        using var scanner = new HttpClient { BaseAddress = Service.Page };
        scanner.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"door-1:{_secret}")));
        Assert.That(await scanner.GetStringAsync("firmware/manifest.json"), Does.Contain("two.bin"));
        Assert.That(await scanner.GetByteArrayAsync("firmware/two.bin"), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }
}
