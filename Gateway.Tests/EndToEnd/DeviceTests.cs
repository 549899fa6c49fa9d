using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>A scanner from its registration to its deletion, with a secret of its own and clients that we did not write.</summary>
public sealed class DeviceTests() : ServiceTest([.. Admin, "--Enrollment:StateSeconds", "2"])
{
    private string[] _credentials = null!;
    private ScannerByHand _scanner = null!;

    private static string[] Operator => ["-u", "admin", "-P", GatewayFixture.AdminToken];

    [SetUp]
    public async Task RegisterAsync()
    {
        var registered = await Service.PostAsync("api/devices", new { id = "lab-1" });
        _credentials = ["-u", "lab-1", "-P", (string)registered["secret"]!];
        _scanner = new(() => Service.MqttPort, "lab-1", _credentials);
    }

    [Test, Category("Slow")]
    public async Task Delete_EndsEverythingOfTheScanner_AndItsNameIsFreeAgain()
    {
        await using var commands = await ConnectAsync();
        await _scanner.StatusAsync();
        var enrollment = await RequestAsync("now");
        await _scanner.ScanAsync(enrollment, 1);

        using var deleted = await Service.Http.DeleteAsync("api/devices/lab-1");

        Assert.That(deleted.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        await Eventually.HoldsAsync(() => commands.HasEnded, "its connection is closed");
        Assert.That(await StateAsync(enrollment, "state"), Is.EqualTo("cancelled"));
        Assert.That((await Service.GetAsync("api/devices"))["items"]!.AsArray(), Is.Empty);
        Assert.That((await DeviceEventsAsync()).Last(), Is.EqualTo("deleted"));
        await Eventually.HoldsAsync(async () => (await RetainedAsync("scanners/#")).Count == 0, "nothing of it is retained");
        Assert.That((await Service.GetAsync("api/quarantine"))["items"]!.AsArray(), Is.Empty, "its will was no misfit");
        using var again = await Service.Http.DeleteAsync("api/devices/lab-1");
        using var gone = await Service.Http.GetAsync("api/devices/lab-1");
        Assert.That((again.StatusCode, gone.StatusCode), Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.NotFound)));
        Assert.That(await PublishAsync("status", "{}"), Does.Contain("ot authorized").Or.Contain("ot authorised"), "its secret is worth nothing");

        await RegisterAsync();
        await using var newcomer = await ConnectAsync();
        Assert.That((int?)(await PostEnrollmentAsync())["slot"], Is.Zero, "its slots are free");
    }

    [Test, Category("Slow")]
    public async Task Secret_RenewedAndUsed_EndsWhoeverIsConnectedByTheOldOne()
    {
        await using var thief = Mosquitto.Listen(Service.MqttPort, "scanners/lab-1/commands", [.. _credentials, "-i", "thief"]);
        await Eventually.HoldsAsync(IsOnlineAsync, "somebody is connected by the old secret");
        using var answer = await Service.Http.PostAsJsonAsync("api/devices/lab-1/secret", new { });
        Assert.That((answer.StatusCode, answer.Headers.Location?.ToString()), Is.EqualTo((HttpStatusCode.Created, "/api/devices/lab-1")));
        var renewed = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        _credentials = ["-u", "lab-1", "-P", (string)renewed["secret"]!];

        await using var scanner = await ConnectAsync();
        await Eventually.HoldsAsync(() => thief.HasEnded, "the old secret's connection is closed");
        Assert.That(scanner.HasEnded, Is.False);
    }

    [Test, Category("Slow")]
    public async Task Command_ThatWaitedInTheSession_TellsTheSecondsThatAreLeft()
    {
        string enrollment;
        await using (var first = await ConnectAsync())
        {
            await Service.PostAsync("api/devices/lab-1/commands", new { @do = "ping" });
            await first.NextAsync("scanners/");
            enrollment = await RequestAsync("subscribed");
        }

        await Eventually.HoldsAsync(async () => !await IsOnlineAsync(), "the scanner is away");
        await Service.PostAsync($"api/enrollments/{enrollment}/start", new { }, HttpStatusCode.OK);
        var expiresAt = (DateTimeOffset)(await Service.GetAsync($"api/enrollments/{enrollment}"))["state"]!["expiresAt"]!;
        await Eventually.HoldsAsync(() => (expiresAt - DateTimeOffset.UtcNow).TotalSeconds < 297.5, "some of its time is over");
        await using var back = await ConnectAsync();
        JsonNode command;
        do
        {
            command = CommandOf(await back.NextAsync("scanners/"));
        }
        while ((string?)command["do"] == "ping");

        Assert.That(((string?)command["enrollment"], (int?)command["expiresIn"] < 299), Is.EqualTo((enrollment, true)), "not the 300 of when it was queued");
    }

    [Test]
    public async Task Answer_PublishedAsRetained_IsNot()
    {
        await PublishAsync("acks", """{"id":"7-1","command":"c","ok":true}""", "-r");
        await PublishAsync("identifications", """{"id":"7-2","slot":null}""", "-r");
        await Mosquitto.PublishAsync(Service.MqttPort, "scanners/lab-1/commands", """{"id":"c1","do":"ping"}""", ["-r", .. Operator]);

        Assert.That(await RetainedAsync("scanners/#"), Is.Empty);
        Assert.That(await DeviceEventsAsync(), Does.Contain("answered"));
    }

    [Test, Category("Slow")]
    public async Task State_OfAnEnrollment_IsRetained_WithItsCursor_AndGoesAWhileAfterTheEnd()
    {
        await using var commands = await ConnectAsync();
        var enrollment = await RequestAsync("subscribed");
        await _scanner.ScanAsync(enrollment, 1);
        var snapshot = await Service.GetAsync($"api/enrollments/{enrollment}");
        await Eventually.HoldsAsync(
            async () => (await RetainedAsync("enrollments/#")).SingleOrDefault()?.Contains("\"captured\":1", StringComparison.Ordinal) == true,
            "it is retained");
        var line = (await RetainedAsync("enrollments/#")).Single();
        var told = JsonNode.Parse(line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])!.AsObject();

        Assert.That(line, Does.StartWith($"enrollments/{enrollment}/state "));
        Assert.That(((long?)told["seq"], (string?)told["epoch"]), Is.EqualTo(((long?)snapshot["seq"], (string?)snapshot["epoch"])));
        told.Remove("seq");
        told.Remove("epoch");
        Assert.That(told.ToJsonString(), Is.EqualTo(snapshot["state"]!.ToJsonString()));

        await KillAndStartAsync();
        Assert.That(await RetainedAsync("enrollments/#"), Has.Count.EqualTo(1));
        await using var listener = Mosquitto.Listen(Service.MqttPort, "enrollments/#", Operator);
        Assert.That(await listener.NextAsync("enrollments/"), Does.Contain("scanning"));
        await _scanner.ResultAsync(enrollment, "error");
        Assert.That(await listener.NextAsync("enrollments/"), Does.Contain("failed"));
        Assert.That(await listener.NextAsync("enrollments/"), Is.EqualTo($"enrollments/{enrollment}/state (null)"), "cleared a while later");
        Assert.That(await RetainedAsync("enrollments/#"), Is.Empty);
        Assert.That(await PublishAsync($"enrollments/{enrollment}/scans/2", """{"id":"7-90","status":"progress","step":2,"of":3,"slot":0}""", "-r"),
            Does.Contain("RC:131"), "a late one is a misfit");
        Assert.That(await RetainedAsync("scanners/lab-1/enrollments/#"), Is.Empty, "and what was cleared stays clear");
    }

    [Test]
    public async Task Command_ByAPerson_ReachesTheScanner_AndItsAnswerIsOnTheChannel()
    {
        await using var commands = await ConnectAsync();
        var enrollment = await RequestAsync("subscribed");
        for (var step = 1; step <= 3; step++)
        {
            await _scanner.ScanAsync(enrollment, step);
        }

        await _scanner.ResultAsync(enrollment);
        Assert.That((string?)(await Service.GetAsync("api/devices/lab-1/slots"))["items"]![0]!["person"], Is.EqualTo("Ada"));
        var given = await Service.PostAsync("api/devices/lab-1/commands", new { @do = "delete", slot = 0 });
        var command = CommandOf(await commands.NextAsync("scanners/"));
        Assert.That(((string?)command["id"], (string?)command["do"], (int?)command["slot"]), Is.EqualTo(((string?)given["id"], "delete", (int?)0)));
        await PublishAsync("acks", $$"""{"id":"7-50","command":"{{given["id"]}}","ok":true}""");

        Assert.That((await DeviceEventsAsync()).Last(), Is.EqualTo("answered"));
        Assert.That((await Service.GetAsync("api/devices/lab-1/slots"))["items"]!.AsArray(), Is.Empty, "the slot is free");
    }

    [Test]
    public async Task Locate_IsToldTheScanner_AndWaitsAmongWhatItHasNotAnswered()
    {
        await using var commands = await ConnectAsync();
        var given = await Service.PostAsync("api/devices/lab-1/commands", new { @do = "locate" });
        var command = CommandOf(await commands.NextAsync("scanners/"));
        var waiting = (await Service.GetAsync("api/devices/lab-1/commands"))["items"]!.AsArray();
        Assert.That(((string?)command["id"], (string?)command["do"]), Is.EqualTo(((string?)given["id"], "locate")));
        Assert.That(waiting.Select(item => ((string?)item!["id"], (string?)item["do"])), Is.EqualTo(new[] { ((string?)given["id"], "locate") }));
        await PublishAsync("acks", $$"""{"id":"7-50","command":"{{given["id"]}}","ok":true}""");

        await Eventually.HoldsAsync(
            async () => (await Service.GetAsync("api/devices/lab-1/commands"))["items"]!.AsArray().Count == 0, "nothing waits for an answer");
    }

    [Test]
    public async Task Rename_ChangesThePlace_OnceForWhoFollows_AndNothingElse()
    {
        for (var times = 0; times < 2; times++)
        {
            using var renamed = await Service.Http.PatchAsJsonAsync("api/devices/lab-1", new { location = "Side entrance" });
            Assert.That(renamed.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        await _scanner.StatusAsync(stored: 2);
        using var nameless = await Service.Http.PatchAsJsonAsync("api/devices/lab-1", new { location = " " });
        using var unknown = await Service.Http.PatchAsJsonAsync("api/devices/lab-9", new { location = "Hall" });

        Assert.That((nameless.StatusCode, unknown.StatusCode), Is.EqualTo((HttpStatusCode.BadRequest, HttpStatusCode.NotFound)));
        Assert.That(((string?)(await DeviceAsync())["location"], (int?)(await DeviceAsync())["stored"]), Is.EqualTo(("Side entrance", (int?)2)));
        Assert.That((await DeviceEventsAsync()).Count(type => type == "changed"), Is.EqualTo(2), "the second time it was no news");
    }

    [TestCase("lab-9", """{"do":"ping"}""", 404, "unknown_device", null)]
    [TestCase("lab-1", """{"do":"ping"}""", 409, "device_offline", null)]
    [TestCase("lab-1", """{"do":"dance"}""", 400, "invalid", "do")]
    [TestCase("lab-1", """{}""", 400, "invalid", "do")]
    [TestCase("lab-1", """{"do":"delete"}""", 400, "invalid", "slot")]
    [TestCase("lab-1", """{"do":"delete","slot":-1}""", 400, "invalid", "slot")]
    [TestCase("lab-1", """{"do":"ping","slot":1}""", 400, "invalid", "slot")]
    public async Task Command_ThatCannotBe_SaysWhy(string device, string body, int status, string code, string? field)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await Service.Http.PostAsync($"api/devices/{device}/commands", content);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.That(((int)response.StatusCode, (string?)problem["code"], (string?)problem["field"]), Is.EqualTo((status, code, field)));
    }

    [Test]
    [Category("Slow")]
    public async Task Scanner_ThatIsSilent_IsShownAsSuch_UntilItAnswers()
    {
        await using var commands = await ConnectAsync();
        var enrollment = await RequestAsync("now");
        var command = CommandOf(await commands.NextAsync("scanners/"));
        var expiresAt = (DateTimeOffset)(await Service.GetAsync($"api/enrollments/{enrollment}"))["state"]!["expiresAt"]!;
        await Eventually.HoldsAsync(() => (expiresAt - DateTimeOffset.UtcNow).TotalSeconds < 291, "most of the ten seconds are over");
        await Eventually.HoldsAsync(async () => await StateAsync(enrollment, "reason") == "no_answer", "the silence shows");
        Assert.That(await StateAsync(enrollment, "state"), Is.EqualTo("requested"), "it is no failure");
        await PublishAsync("acks", $$"""{"id":"7-60","command":"{{command["id"]}}","ok":true}""");

        Assert.That((await StateAsync(enrollment, "state"), await StateAsync(enrollment, "reason")), Is.EqualTo(("armed", (string?)null)));
    }

    [Test]
    public async Task Scanner_WhoseCountIsAnother_SaysSo_AndWhatToDo()
    {
        await _scanner.StatusAsync(stored: 2);
        Assert.That((string?)(await DeviceAsync())["mismatch"], Does.Contain("holds 2").And.Contain("/api/devices/lab-1/"));
        await _scanner.StatusAsync(stored: 0);

        Assert.That((await DeviceAsync())["mismatch"], Is.Null);
    }

    [Test]
    public async Task Scan_StoredAtTheScanner_IsDatedWhenItWas()
    {
        await using var commands = await ConnectAsync();
        var enrollment = await RequestAsync("subscribed");
        await PublishAsync("status", """{"id":"9-1","state":"online","uptime":600000}""", "-r");
        await PublishAsync($"enrollments/{enrollment}/scans/1", """{"id":"9-2","status":"progress","step":1,"of":3,"slot":0,"uptime":540000}""");
        var stored = (await Service.GetAsync($"api/enrollments/{enrollment}/events"))["events"]!.AsArray().Last()!;
        var late = (DateTimeOffset)stored["data"]!["source"]!["received"]! - (DateTimeOffset)stored["at"]!;

        Assert.That(late.TotalSeconds, Is.InRange(55, 75));
        var status = (await Service.GetAsync("api/devices/lab-1/events"))["events"]!.AsArray();
        Assert.That(status.Where(item => (string?)item!["type"] == "changed").All(item => item!["data"]!["source"] is not null), "it says by which message");
    }

    private static JsonNode CommandOf(string line) => JsonNode.Parse(line["scanners/lab-1/commands ".Length..])!;

    /// <summary>The scanner's own session: it listens to its commands, and is online by that.</summary>
    private async Task<Mosquitto.Listener> ConnectAsync(params string[] more)
    {
        var listener = Mosquitto.Listen(Service.MqttPort, "scanners/lab-1/commands", [.. _credentials, "-i", "lab-1", "-c", .. more]);
        await Eventually.HoldsAsync(IsOnlineAsync, "the scanner is online");
        return listener;
    }

    private Task<string> PublishAsync(string topic, string payload, params string[] more) =>
        Mosquitto.PublishAsync(Service.MqttPort, $"scanners/lab-1/{topic}", payload, ["-d", "-V", "mqttv5", .. _credentials, .. more]);

    private Task<IReadOnlyList<string>> RetainedAsync(string filter) => Mosquitto.RetainedAsync(Service.MqttPort, filter, Operator);

    private async Task<bool> IsOnlineAsync() => (bool?)(await DeviceAsync())["online"] == true;

    private async Task<JsonNode> DeviceAsync() => (await Service.GetAsync("api/devices/lab-1"))["state"]!;

    private async Task<string?> StateAsync(string enrollment, string field) =>
        (string?)(await Service.GetAsync($"api/enrollments/{enrollment}"))["state"]![field];

    private Task<JsonNode> PostEnrollmentAsync(string start = "subscribed") =>
        Service.PostAsync("api/enrollments", new { device = "lab-1", person = "Ada", start });

    private async Task<string> RequestAsync(string start) => (string)(await PostEnrollmentAsync(start))["id"]!;

    private async Task<IEnumerable<string?>> DeviceEventsAsync() =>
        (await Service.GetAsync("api/devices/lab-1/events"))["events"]!.AsArray().Select(item => (string?)item!["type"]);
}
