using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>
/// A sketch of the old kind, as it is: QoS 0, topics and fields of its own, no ids, no answers to commands. Its messages are published by
/// mosquitto_pub, and mosquitto_sub waits for its command.
/// </summary>
public sealed class MappingTests() : ServiceTest([.. Admin, .. Mapping])
{
    private const string Request = "biometric/lab-1/enroll/request";
    private const string Response = "biometric/lab-1/enroll/response";

    private static readonly string[] Mapping =
    [
        "--Mappings:0:Topic", "biometric/{device}/enroll/response",
        "--Mappings:0:Fields:status", "status", "--Mappings:0:Fields:step", "step", "--Mappings:0:Fields:slot", "slot",
        "--Mappings:0:Fields:reason", "message",
        "--Mappings:0:Statuses:waiting", "waiting", "--Mappings:0:Statuses:progress", "progress",
        "--Mappings:0:Statuses:success", "success", "--Mappings:0:Statuses:error", "error",
        "--Mappings:0:CommandTopic", "biometric/{device}/enroll/request",
        "--Mappings:0:Commands:enroll", """{"command":"enroll","slot":{slot},"template_id":"{enrollment}"}""",
    ];

    private string[] _credentials = null!;
    private Mosquitto.Listener _sketch = null!;

    [SetUp]
    public async Task StartAsync()
    {
        var device = await Service.PostAsync("api/devices", new { id = "lab-1" });
        _credentials = ["-u", "lab-1", "-P", (string)device["secret"]!];
        _sketch = Mosquitto.Listen(Service.MqttPort, Request, _credentials);
        await Eventually.HoldsAsync(
            async () => (bool?)(await Service.GetAsync("api/devices/lab-1"))["state"]!["online"] == true, "the sketch is connected");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _sketch.DisposeAsync();
    }

    [Test]
    public async Task Sketch_Unchanged_Enrolls()
    {
        var enrollment = await RequestAsync();
        var command = JsonNode.Parse((await _sketch.NextAsync(Request))[(Request.Length + 1)..])!;
        Assert.That(((string?)command["command"], (int?)command["slot"]), Is.EqualTo(("enroll", 0)));

        var scans = Enumerable.Range(1, 3).SelectMany(step => new[]
        {
            $$"""{"status":"waiting","step":{{step}},"slot":0,"message":"Place your finger"}""",
            $$"""{"status":"progress","step":{{step}},"slot":0,"message":"Scan {{step}}/3 captured"}""",
            $$"""{"status":"progress","step":{{step}},"slot":0,"message":"Scan {{step}}/3 captured"}""",
        });
        await SayAsync([.. scans, """{"status":"success","slot":0,"message":"Stored"}"""]);

        var events = await EndAsync(enrollment, "succeeded");
        var types = events.Select(item => (string?)item!["type"]);
        string[] steps = ["waiting", "progress", "waiting", "progress", "waiting", "progress"];
        Assert.That(types, Is.EqualTo((string[])["requested", "armed", .. steps, "succeeded"]));
        Assert.That((await Service.GetAsync("api/quarantine"))["items"]!.AsArray(), Is.Empty, "what it says twice counts once");
        Assert.That((bool?)(await Service.GetAsync("api/people/Ada"))["registered"], Is.True);
    }

    [Test]
    [Category("Slow")]
    public async Task Sketch_WhoseMessageGotLost_Enrolls_WithTheMissingStepInferred()
    {
        var enrollment = await RequestAsync();
        await _sketch.NextAsync(Request);
        await SayAsync("""{"status":"progress","step":1,"slot":0}""", """{"status":"progress","step":3,"slot":0}""", """{"status":"success","slot":0}""");

        var captures = (await EndAsync(enrollment, "succeeded")).Where(item => (string?)item!["type"] == "progress");
        Assert.That(captures.Select(item => ((int)item!["data"]!["step"]!, (bool?)item["data"]!["inferred"])),
            Is.EqualTo(new[] { (1, (bool?)null), (2, true), (3, null) }));
    }

    [Test, Category("Slow")]
    public async Task Sketch_HasNoRightsToTheTopicsOfAnother_AndIsToldWhatItMissed()
    {
        await Mosquitto.PublishAsync(Service.MqttPort, "biometric/lab-2/enroll/response", """{"status":"success"}""", _credentials);
        var kept = (await Service.GetAsync("api/quarantine"))["items"]!.AsArray().Single()!;
        Assert.That((string?)kept["code"], Is.EqualTo("forbidden"));

        await RequestAsync();
        await _sketch.NextAsync(Request);
        await using var again = Mosquitto.Listen(Service.MqttPort, Request, _credentials);
        Assert.That(await again.NextAsync(Request), Does.Contain("\"command\":\"enroll\""), "said again to whoever subscribes, until it is heard");
    }

    private async Task<string> RequestAsync() =>
        (string)(await Service.PostAsync("api/enrollments", new { device = "lab-1", person = "Ada", start = "now" }))["id"]!;

    private Task SayAsync(params string[] payloads) => Mosquitto.PublishLinesAsync(Service.MqttPort, Response, payloads, _credentials);

    private async Task<JsonArray> EndAsync(string enrollment, string state)
    {
        await Eventually.HoldsAsync(
            async () => (string?)(await Service.GetAsync($"api/enrollments/{enrollment}"))["state"]!["state"] == state, $"the enrollment is {state}");
        return (await Service.GetAsync($"api/enrollments/{enrollment}/events"))["events"]!.AsArray();
    }
}
