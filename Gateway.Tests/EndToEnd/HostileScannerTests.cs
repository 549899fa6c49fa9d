using System.Net;
using System.Net.Http.Json;
using Gateway.Tests.Support;

namespace Gateway.Tests.EndToEnd;

/// <summary>A scanner that was taken over, or somebody who claims to be one: it reaches what is its own, and its neighbour notices nothing.</summary>
[Category("Slow")]
public sealed class HostileScannerTests() : NeighbourTest("--Limits:Loopback", "true")
{
    private string[] _taken = [];

    [SetUp]
    public async Task TakeOverAsync() => _taken = ["-u", "door-2", "-P", await RegisterAsync("door-2")];

    [TestCase("mqttv311")]
    [TestCase("mqttv5")]
    public async Task Topics_OfANeighbour_AreNeitherWrittenNorRead_ByAnyFilter(string version)
    {
        string[] topics =
        [
            "status", "acks", "identifications", "commands", "enrollments/0198c0de-0000-7000-8000-000000000000/result",
            "enrollments/0198c0de-0000-7000-8000-000000000000/scans/1",
        ];
        var before = await Service.GetAsync($"api/devices/{Neighbour}");
        foreach (var topic in topics)
        {
            var claim = """{"id":"9-1","state":"offline"}""";
            await Mosquitto.PublishAsync(Service.MqttPort, $"scanners/{Neighbour}/{topic}", claim, ["-r", "-V", version, .. _taken]);
        }

        string[] filters =
        [
            $"scanners/{Neighbour}/commands", "scanners/+/commands", "scanners/#", "#", "+/+/commands", $"$share/g/scanners/{Neighbour}/commands",
            "$share/g/#", "$share/door-1/scanners/+/commands", "enrollments/+/state", "$SYS/#",
        ];
        foreach (var filter in filters)
        {
            var said = await Mosquitto.AskAsync(Service.MqttPort, filter, ["-V", version, "-d", .. _taken]);
            Assert.That(said, Does.Contain("128").Or.Contain("135").Or.Contain("denied").IgnoreCase.Or.Contain("Not authorized").IgnoreCase, filter);
        }

        Assert.That((await Service.GetAsync($"api/devices/{Neighbour}")).ToJsonString(), Is.EqualTo(before.ToJsonString()), "nothing changed");
        string[] admin = ["-u", "admin", "-P", GatewayFixture.AdminToken];
        Assert.That(await Mosquitto.RetainedAsync(Service.MqttPort, $"scanners/{Neighbour}/#", admin), Has.None.Contains("9-1"), "nothing is retained");
        await AssertEnrollsAsync();
    }

    [TestCase("mqttv311", "identifier rejected")]
    [TestCase("mqttv5", "(133)")]
    public async Task ClientId_OfANeighbour_IsNotTakenOver(string version, string refusal)
    {
        var said = await Mosquitto.PublishAsync(Service.MqttPort, "scanners/door-2/status", "{}", ["-i", Neighbour, "-V", version, "-d", .. _taken]);

        Assert.That(said, Does.Contain(refusal).IgnoreCase);
        await AssertEnrollsAsync();
    }

    [TestCase("mqttv311")]
    [TestCase("mqttv5")]
    public async Task ClientId_TakenBeforeItsScannerWasRegistered_IsTheScanners(string version)
    {
        var key = (string)(await Service.PostAsync("api/keys", new { name = "squatter", scopes = Array.Empty<string>() }))["secret"]!;
        string[] lasting = ["-i", "door-3", "-c", "-V", version, "-x", "4000000"];
        lasting = version == "mqttv5" ? lasting : lasting[..^2];
        await Mosquitto.AskAsync(Service.MqttPort, "lab/none", [.. lasting, "-u", "squatter", "-P", key]);
        string[] own = ["-u", "door-3", "-P", await RegisterAsync("door-3")];

        Assert.That(await Mosquitto.AskAsync(Service.MqttPort, "scanners/door-3/commands", [.. lasting, "-d", .. own]), Does.Contain("Subscribed (mid: 1): 1"));
        await AssertEnrollsAsync();
    }

    [TestCase("")]
    [TestCase("wrong-secret-that-was-guessed")]
    [TestCase("{0}x")]
    [TestCase("{1}")]
    public async Task Secret_ThatIsNotTheNeighbours_OpensNothing(string form)
    {
        var foreign = _taken[3];
        var given = string.Format(form, Secret, foreign);
        foreach (var secret in new[] { given, Secret[..^1], Secret.ToUpperInvariant() })
        {
            string[] credentials = secret.Length == 0 ? ["-u", Neighbour] : ["-u", Neighbour, "-P", secret];
            var said = await Mosquitto.PublishAsync(Service.MqttPort, $"scanners/{Neighbour}/status", "{}", ["-V", "mqttv5", "-d", .. credentials]);
            Assert.That(said, Does.Contain("CONNACK (135)").Or.Contain("CONNACK (151)"), secret.Length == 0 ? "none" : "wrong");
        }

        await AssertEnrollsAsync();
    }

    [Test]
    public async Task Guesses_AtSpeed_OverEveryWay_AreMadeToWait_AndTheRealOnesOfThatAddressGetIn()
    {
        await Service.PostAsync("api/users", new { name = "ada", role = "viewer", password = "correct horse battery" });
        await Service.PostAsync("api/users", new { name = "bea", role = "viewer", password = "correct horse battery" });
        using var guesser = new HttpClient { BaseAddress = Service.Page };
        using var atHome = await guesser.PostAsJsonAsync("api/sign-in", new { user = "bea", password = "correct horse battery" });
        var statuses = await Task.WhenAll(Enumerable.Range(0, 60).Select(async guess =>
        {
            using var answer = guess % 3 == 0
                ? await guesser.PostAsJsonAsync("api/sign-in", new { user = "ada", password = $"guess number {guess}" })
                : guess % 3 == 1
                    ? await guesser.PostAsJsonAsync("api/sign-in", new { token = $"guess-{guess}" })
                    : await GuessAsync(guesser, $"guess-{guess}");
            return answer.StatusCode;
        }));
        var mqtt = await Task.WhenAll(Enumerable.Range(0, 20).Select(guess => Mosquitto.PublishAsync(
            Service.MqttPort, $"scanners/{Neighbour}/status", "{}", "-V", "mqttv5", "-d", "-u", Neighbour, "-P", $"guess-{guess}")));

        Assert.That(statuses.Distinct(), Is.SubsetOf(new[] { HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests }));
        Assert.That(statuses.Count(status => status == HttpStatusCode.Unauthorized), Is.LessThan(20), "few are even looked at");
        Assert.That(mqtt, Has.All.Contains("CONNACK (151)"));

        // Their address is the guesser's.
        using var again = await guesser.PostAsJsonAsync("api/sign-in", new { user = "bea", password = "correct horse battery" });
        Assert.That((atHome.StatusCode, again.StatusCode), Is.EqualTo((HttpStatusCode.NoContent, HttpStatusCode.NoContent)), "a user who is known there");
        await AssertEnrollsAsync();
    }

    [Test]
    public async Task Scanner_Revoked_LosesItsConnection_AndItsSecretOpensNothing()
    {
        await using var open = Mosquitto.Listen(Service.MqttPort, "scanners/door-2/commands", _taken);
        await Eventually.HoldsAsync(async () => (bool)(await Service.GetAsync("api/devices/door-2"))["state"]!["online"]!, "online");
        using var removed = await Service.Http.DeleteAsync("api/devices/door-2");
        var said = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                said = await Mosquitto.PublishAsync(Service.MqttPort, "scanners/door-2/status", "{}", ["-V", "mqttv5", "-d", .. _taken]);
                return said.Contains("CONNACK (135)") || said.Contains("CONNACK (151)");
            },
            "a refusal");
        // Who was refused is counted until its connection has ended.
        await Eventually.HoldsAsync(
            async () => (await Service.Http.GetStringAsync("metrics")).Contains("\ngateway_broker_connections 1\n", StringComparison.Ordinal),
            "the neighbour's alone is open");
        await AssertEnrollsAsync();
    }

    private static async Task<HttpResponseMessage> GuessAsync(HttpClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/jobs") { Headers = { Authorization = new("Bearer", token) } };
        return await client.SendAsync(request);
    }
}
