using System.Net;
using System.Text.Json.Nodes;
using Gateway.Tests.Support;

namespace Gateway.Tests.EndToEnd;

/// <summary>The quarantine as an operator works with it.</summary>
public sealed class QuarantineTests
{
    private SomeFolder _folder = null!;
    private GatewayFixture _service = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new();
        _service = await GatewayFixture.StartAsync(_folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
        await PublishAsync("lab-1", """{"id":"7-1","command":"c1","ok":true}""");
        await PublishAsync("lab-2", "=cmd");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Misfit_IsCounted_Filtered_Exported_Resubmitted_AndThrownAway()
    {
        var all = await _service.GetAsync("api/quarantine");
        Assert.That(all["counts"]!.ToJsonString(), Is.EqualTo("""{"malformed":1,"unknown_device":1}"""));
        var stranger = (await _service.GetAsync("api/quarantine?code=unknown_device"))["items"]!.AsArray().Single()!;
        Assert.That((string?)stranger["device"], Is.EqualTo("lab-1"));
        Assert.That((string?)stranger["by"], Is.EqualTo("admin"));

        var csv = await _service.Http.GetStringAsync("api/quarantine/export?device=lab-2");
        Assert.That(csv.Split("\r\n"), Has.Length.EqualTo(3).And.ItemAt(1).EndsWith(",\"\",\"'=cmd\""));
        var lines = (await _service.Http.GetStringAsync("api/quarantine/export?format=jsonl")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines.Select(line => (string?)JsonNode.Parse(line)!["code"]), Is.EqualTo(new[] { "malformed", "unknown_device" }));

        await _service.PostAsync("api/devices", new { id = "lab-1" });
        var again = await _service.PostAsync($"api/quarantine/{stranger["id"]}/resubmit", new { }, HttpStatusCode.OK);
        Assert.That((string?)again["result"], Is.EqualTo("taken"));
        var metrics = await _service.Http.GetStringAsync("metrics");
        Assert.That(metrics, Does.Contain("gateway_intake_quarantined_total{code=\"malformed\"} 1"));

        using var thrown = await _service.Http.DeleteAsync("api/quarantine?code=malformed");
        Assert.That(await thrown.Content.ReadAsStringAsync(), Is.EqualTo("""{"removed":1}"""));
        Assert.That((await _service.GetAsync("api/quarantine"))["items"]!.AsArray(), Is.Empty);
    }

    [TestCase("api/quarantine?code=broken", "code")]
    [TestCase("api/quarantine?limit=0", "limit")]
    [TestCase("api/quarantine/export?format=xls", "format")]
    public async Task Question_ThatIsWrong_NamesItsField(string path, string field)
    {
        using var response = await _service.Http.GetAsync(path);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["field"], Is.EqualTo(field));
    }

    private Task<string> PublishAsync(string device, string payload) =>
        Mosquitto.PublishAsync(_service.MqttPort, $"scanners/{device}/acks", payload, "-u", "admin", "-P", GatewayFixture.AdminToken);
}
