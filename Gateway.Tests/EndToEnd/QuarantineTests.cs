using System.Net;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>The quarantine as an operator works with it.</summary>
public sealed class QuarantineTests() : ServiceTest(Admin)
{
    [SetUp]
    public async Task StartAsync()
    {
        await PublishAsync("lab-1", """{"id":"7-1","command":"c1","ok":true}""");
        await PublishAsync("lab-2", "=cmd");
    }

    [Test]
    public async Task Misfit_IsCounted_Filtered_Exported_Resubmitted_AndThrownAway()
    {
        var all = await Service.GetAsync("api/quarantine");
        Assert.That(all["counts"]!.ToJsonString(), Is.EqualTo("""{"malformed":1,"unknown_device":1}"""));
        var stranger = (await Service.GetAsync("api/quarantine?code=unknown_device"))["items"]!.AsArray().Single()!;
        Assert.That((string?)stranger["device"], Is.EqualTo("lab-1"));
        Assert.That((string?)stranger["by"], Is.EqualTo("admin"));

        var csv = await Service.Http.GetStringAsync("api/quarantine/export?device=lab-2");
        Assert.That(csv.Split("\r\n"), Has.Length.EqualTo(3).And.ItemAt(1).EndsWith(",\"\",\"'=cmd\""));
        var lines = (await Service.Http.GetStringAsync("api/quarantine/export?format=jsonl")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines.Select(line => (string?)JsonNode.Parse(line)!["code"]), Is.EqualTo(new[] { "malformed", "unknown_device" }));

        await Service.PostAsync("api/devices", new { id = "lab-1" });
        var again = await Service.PostAsync($"api/quarantine/{stranger["id"]}/resubmit", new { }, HttpStatusCode.OK);
        Assert.That((string?)again["result"], Is.EqualTo("taken"));
        var metrics = await Service.Http.GetStringAsync("metrics");
        Assert.That(metrics, Does.Contain("gateway_intake_quarantined_total{code=\"malformed\"} 1"));

        using var thrown = await Service.Http.DeleteAsync("api/quarantine?code=malformed");
        Assert.That(await thrown.Content.ReadAsStringAsync(), Is.EqualTo("""{"removed":1}"""));
        Assert.That((await Service.GetAsync("api/quarantine"))["items"]!.AsArray(), Is.Empty);
    }

    [TestCase("api/quarantine?code=broken", "code")]
    [TestCase("api/quarantine?limit=0", "limit")]
    [TestCase("api/quarantine/export?format=xls", "format")]
    public async Task Question_ThatIsWrong_NamesItsField(string path, string field)
    {
        using var response = await Service.Http.GetAsync(path);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["field"], Is.EqualTo(field));
    }

    private Task<string> PublishAsync(string device, string payload) =>
        Mosquitto.PublishAsync(Service.MqttPort, $"scanners/{device}/acks", payload, "-u", "admin", "-P", GatewayFixture.AdminToken);
}
