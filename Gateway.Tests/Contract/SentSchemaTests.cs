using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.Contract;

/// <summary>What a running service and its simulated scanners really send, by MQTT and WebSocket, is what docs/schema describes.</summary>
[Category("Slow")]
public sealed class SentSchemaTests
{
    private const string Mqtt = "docs/schema/mqtt.json#/$defs/";
    private const string Sockets = "docs/schema/websocket.json#/$defs/";

    private static readonly string[] Ops = [.. OpsOf("frame")];

    private SomeFolder _folder = null!;
    private GatewayFixture _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new();
        _service = await GatewayFixture.StartAnonymousAsync(
            _folder.Path, "--Simulate:Scanners", "2", "--Simulate:Pace", "00:00:00.020", "--Simulate:RetryChance", "1");
        await Eventually.HoldsAsync(
            async () => (await _service.GetAsync("api/devices"))["items"]!.AsArray().Count(one => (bool)one!["online"]!) == 2, "scanners");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Message_OfAnEnrollment_IsAsDescribed_OnEachTopic()
    {
        await using var listener = Mosquitto.Listen(_service.MqttPort, "#");
        var seen = new HashSet<string>();
        await listener.NextAsync("scanners/sim-1/status");
        var enrollment = (string)(await EnrollAsync("sim-1"))["id"]!;
        await _service.PostAsync("api/devices/sim-1/commands", new { @do = "ping" });
        while (!(seen.Contains("result") && seen.Contains("ended") && seen.Contains("ack")))
        {
            var line = await listener.NextAsync("");
            var topic = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            // At its end the scanner's retained topics are cleared with an empty payload, which is written as (null).
            if (line[topic.Length..].StartsWith(" {", StringComparison.Ordinal) && DefinitionOf(topic) is { } definition)
            {
                var payload = JsonNode.Parse(line[(topic.Length + 1)..])!;
                Assert.That(ApiDocument.Schemas.Faults(Mqtt + definition, payload), Is.Empty, line);
                seen.Add(definition);
                seen.Add((string?)payload["state"] == "succeeded" && (string?)payload["id"] == enrollment ? "ended" : "");
            }
        }

        Assert.That(seen, Is.SupersetOf(new[] { "scan", "command", "enrollmentState" }));
    }

    [Test]
    public async Task Frame_OfEveryKind_IsAsDescribed()
    {
        var seen = new HashSet<string>();
        var room = (string)(await _service.PostAsync("api/rooms", new { name = "Staff" }))["id"]!;
        var enrollment = (string)(await EnrollAsync("sim-2"))["id"]!;
        await using var page = await ManualPage.OpenAsync(_service);
        var channel = $"rooms/{room}";
        await SayAsync(page, new { op = "subscribe", id = 1, channel = "enrollments", since = 0, client = "screen-1" });
        await SayAsync(page, new { op = "subscribe", id = 2, channel = $"enrollments/{enrollment}", since = 0 });
        await SayAsync(page, new { op = "subscribe", id = 3, channel = "devices", every = 20 });
        await SayAsync(page, new { op = "subscribe", id = 4, channel });
        await SayAsync(page, new { op = "presence", id = 5, channel });
        await SayAsync(page, new { op = "publish", id = 6, channel, data = new { text = "Hello" }, key = "m-1" });
        await ReadUntilAsync(page, seen, "presence");
        await SayAsync(page, new { op = "signal", channel, data = new { typing = true } });
        await SayAsync(page, new { op = "subscribe", id = 7, channel = "jobs/none" });
        await SayAsync(page, new { op = "ping", id = 8 });
        await ReadUntilAsync(page, seen, "pong", "succeeded", "published", "message", "signal", "presence", "error");

        await SayAsync(page, new { op = "ack", id = 9, channel, seq = 2 });
        await UpdateAsync("sim-1");
        await using (var other = await ManualPage.OpenAsync(_service, await TicketAsync("bob")))
        {
            await SayAsync(other, new { op = "subscribe", id = 1, channel });
            await other.NextAsync("subscribed");
            await ReadUntilAsync(page, seen, "join", "state");
        }

        await ReadUntilAsync(page, seen, "leave");
        await SayAsync(page, new { op = "renew", id = 10, ticket = await TicketAsync(user: null) });
        await SayAsync(page, new { op = "unsubscribe", id = 11, channel });
        await ReadUntilAsync(page, seen, "renewed", "unsubscribed", "heartbeat");
        Assert.That(Ops, Is.SubsetOf(seen), "every frame that is described was seen");
    }

    private static IEnumerable<string> OpsOf(string definition)
    {
        var branches = ApiDocument.Schemas.Find(Sockets + definition, "").Schema["oneOf"]!.AsArray();
        return branches.Select(branch => (branch!["allOf"]?[0] ?? branch)["properties"]?["op"]?["const"]).OfType<JsonNode>().Select(op => (string)op!);
    }

    private static string? DefinitionOf(string topic) => topic.Split('/') switch
    {
        ["scanners", _, "status"] => "status",
        ["scanners", _, "acks"] => "ack",
        ["scanners", _, "identifications"] => "identification",
        ["scanners", _, "commands"] => "command",
        ["scanners", _, "enrollments", _, "result"] => "result",
        ["scanners", _, "enrollments", _, "scans", _] => "scan",
        ["enrollments", _, "state"] => "enrollmentState",
        _ => null,
    };

    private static async Task SayAsync(ManualPage page, object frame)
    {
        var request = JsonSerializer.SerializeToNode(frame);
        Assert.That(ApiDocument.Schemas.Faults($"{Sockets}request", request), Is.Empty, request!.ToJsonString());
        await page.SendAsync(frame);
    }

    /// <summary>Until each of these was seen, as an op or as the type of an event.</summary>
    private static async Task ReadUntilAsync(ManualPage page, HashSet<string> seen, params string[] wanted)
    {
        var beats = 0;
        while (!seen.IsSupersetOf(wanted))
        {
            var frame = await page.NextAsync(Ops);
            beats += (string?)frame["op"] == "heartbeat" ? 1 : 0;
            Assert.That(beats, Is.LessThan(3), $"never came: {string.Join(", ", wanted.Except(seen))}");
            Assert.That(ApiDocument.Schemas.Faults($"{Sockets}frame", frame), Is.Empty, frame.ToJsonString());
            seen.Add((string)frame["op"]!);
            seen.Add((string?)frame["type"] ?? "");
        }
    }

    private Task<JsonNode> EnrollAsync(string device) => _service.PostAsync("api/enrollments", new { device, person = "Ada", start = "now" });

    private async Task<string> TicketAsync(string? user) => (string)(await _service.PostAsync("api/tickets", new { user }))["ticket"]!;

    private Task<string> UpdateAsync(string device) => Mosquitto.PublishAsync(
        _service.MqttPort, $"scanners/{device}/status", """{"id":"9-1","state":"online","firmware":"9.9"}""");
}
