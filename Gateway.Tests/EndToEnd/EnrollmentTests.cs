using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>Scans from a real MQTT client to a real socket: stored first, once each, in order, whatever dies in between.</summary>
public sealed class EnrollmentTests : ScannerTest
{
    [Test]
    public async Task Scan_WhilePageIsSubscribed_ArrivesAsEventOfTheContract()
    {
        var enrollment = await RequestAsync();
        await using var page = await ManualPage.OpenAsync(Service);
        await page.SubscribeAsync($"enrollments/{enrollment}");

        await Scanner.ScanAsync(enrollment, 1, id: "7-100");

        var armed = await page.NextAsync("event");
        var progress = await page.NextAsync("event");
        Assert.That((string?)armed["type"], Is.EqualTo("armed"));
        Assert.That((bool?)armed["data"]!["inferred"], Is.True);
        Assert.That((string?)progress["type"], Is.EqualTo("progress"));
        Assert.That((string?)progress["channel"], Is.EqualTo($"enrollments/{enrollment}"));
        Assert.That((long?)progress["seq"], Is.EqualTo(3));
        Assert.That((int?)progress["data"]!["percent"], Is.EqualTo(33));
        Assert.That((string?)progress["data"]!["source"]!["device"], Is.EqualTo("lab-1"));
        Assert.That((string?)progress["data"]!["source"]!["id"], Is.EqualTo("7-100"));
    }

    [Test]
    public async Task Scan_BeforeThePageCame_IsInWhatThePageGets()
    {
        // E1: subscribing took 0.5 to 1.5 s, the scanner answered in 0.2 s, and scan 1 was lost.
        var enrollment = await RequestAsync();
        await Scanner.ScanAsync(enrollment, 1);
        await using var page = await ManualPage.OpenAsync(Service);
        var subscribed = await page.SubscribeAsync($"enrollments/{enrollment}", since: 0);
        Assert.That((int?)subscribed["state"]!["percent"], Is.EqualTo(33));
        Assert.That(await page.EventsAsync(3), Is.EqualTo(new[] { "requested", "armed", "progress" }));
    }

    [Test]
    public async Task Scan_PublishedThreeTimes_IsOneEvent()
    {
        // E2: a redelivered message was processed twice; counters and bars jumped.
        var enrollment = await RequestAsync();
        for (var i = 0; i < 3; i++)
        {
            await Scanner.ScanAsync(enrollment, 1, id: "7-100");
        }

        await Scanner.ScanAsync(enrollment, 2, id: "7-101");
        Assert.That(await EventTypesAsync(enrollment), Is.EqualTo(new[] { "requested", "armed", "progress", "progress" }));
    }

    [Test]
    public async Task Scan_OutOfOrder_IsHeldAndLeavesInOrder()
    {
        // E6: step 2 shown before step 1.
        var enrollment = await RequestAsync();
        await Scanner.ScanAsync(enrollment, 1);
        await Scanner.ScanAsync(enrollment, 3);
        await Scanner.ScanAsync(enrollment, 2);
        var events = (await Service.GetAsync($"api/enrollments/{enrollment}/events"))["events"]!.AsArray();
        var steps = events.Where(item => (string?)item!["type"] == "progress").Select(item => (int)item!["data"]!["step"]!);
        Assert.That(steps, Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public async Task Scan_WithAnotherSlot_ChangesNothingAndIsQuarantined()
    {
        // E5: what did not fit was guessed, and went to the wrong page.
        var enrollment = await RequestAsync();
        var answer = await Scanner.ScanAsync(enrollment, 1, slot: 9);
        Assert.That(answer, Does.Contain("RC:131"), "0x83: a misfit");
        var item = (await Service.GetAsync("api/quarantine"))["items"]!.AsArray().Single()!;
        Assert.That((string?)item["code"], Is.EqualTo("wrong_slot"));
        Assert.That(await EventTypesAsync(enrollment), Is.EqualTo(new[] { "requested" }));
    }

    [Test]
    public async Task Kill_BetweenScans_LosesNothingAcknowledged()
    {
        var enrollment = await RequestAsync();
        for (var step = 1; step <= 3; step++)
        {
            await Scanner.ScanAsync(enrollment, step, id: $"7-{100 + step}");
            await KillAndStartAsync();

            // The scanner does not know whether its message was taken, and sends it again.
            await Scanner.ScanAsync(enrollment, step, id: $"7-{100 + step}");
            var snapshot = await Service.GetAsync($"api/enrollments/{enrollment}");
            Assert.That((int?)snapshot["state"]!["captured"], Is.EqualTo(step));
        }

        Assert.That(await EventTypesAsync(enrollment), Is.EqualTo(new[] { "requested", "armed", "progress", "progress", "progress" }));
    }

    [Test]
    public async Task Subscribe_ToARequestedEnrollment_TellsTheScanner()
    {
        await using var commands = Mosquitto.Listen(Service.MqttPort, "scanners/lab-1/commands");
        var enrollment = await RequestAsync();
        await using var page = await ManualPage.OpenAsync(Service);
        await page.SubscribeAsync($"enrollments/{enrollment}");

        var command = JsonNode.Parse((await commands.NextAsync("scanners/"))["scanners/lab-1/commands ".Length..])!;

        Assert.That((string?)command["do"], Is.EqualTo("enroll"));
        Assert.That((string?)command["enrollment"], Is.EqualTo(enrollment));
        Assert.That((int?)command["slot"], Is.Zero);
        Assert.That((int?)command["scans"], Is.EqualTo(3));
        Assert.That((int?)command["expiresIn"], Is.InRange(290, 300));
    }

    [Test]
    public async Task Command_NotAnswered_IsSaidAgainUnderTheSameIdWhenTheScannerSubscribes()
    {
        var enrollment = await RequestAsync(start: "now");
        await using var first = Mosquitto.Listen(Service.MqttPort, "scanners/lab-1/commands");
        var before = await first.NextAsync("scanners/");
        await using var second = Mosquitto.Listen(Service.MqttPort, "scanners/lab-1/commands");
        var after = await second.NextAsync("scanners/");
        Assert.That(IdOf(after), Is.EqualTo(IdOf(before)));
        Assert.That(after, Does.Contain(enrollment));
    }

    [Test, Category("Slow")]
    public async Task Success_ClearsTheRetainedTopicsAndFreesTheScanner()
    {
        // E7, E8: finished enrollments disturbed the next; "enrollment already in progress" for five minutes.
        var enrollment = await RequestAsync();
        for (var step = 1; step <= 3; step++)
        {
            await Scanner.ScanAsync(enrollment, step);
        }

        await Scanner.ResultAsync(enrollment);
        var snapshot = await Service.GetAsync($"api/enrollments/{enrollment}");
        Assert.That((string?)snapshot["state"]!["state"], Is.EqualTo("succeeded"));
        Assert.That(await Mosquitto.RetainedAsync(Service.MqttPort, "scanners/lab-1/enrollments/#"), Is.Empty, "cleared when the result is acknowledged");
        Assert.That(await RequestAsync(slot: 1), Is.Not.EqualTo(enrollment));
    }

    [Test]
    public async Task Request_ScannerBusy_SaysWhoAndUntilWhen()
    {
        var holder = await RequestAsync();
        var problem = await Service.PostAsync("api/enrollments", new { device = "lab-1", person = "Bob" }, HttpStatusCode.Conflict);
        Assert.That((string?)problem["code"], Is.EqualTo("device_busy"));
        Assert.That((string?)problem["holder"], Is.EqualTo(holder));
        Assert.That((DateTimeOffset?)problem["expiresAt"], Is.GreaterThan(DateTimeOffset.UtcNow));
    }

    [TestCase("lab-9", "online", "ok", HttpStatusCode.NotFound, "unknown_device")]
    [TestCase("lab-1", "offline", "ok", HttpStatusCode.Conflict, "device_offline")]
    [TestCase("lab-1", "online", "error", HttpStatusCode.Conflict, "sensor_fault")]
    public async Task Request_ScannerNotFit_SaysWhy(string device, string state, string sensor, HttpStatusCode status, string code)
    {
        await Scanner.StatusAsync(state, sensor);
        var problem = await Service.PostAsync("api/enrollments", new { device, person = "Ada" }, status);
        Assert.That((string?)problem["code"], Is.EqualTo(code));
    }

    [TestCase("{\"device\":\"lab-1\"}", "person")]
    [TestCase("{\"device\":\"lab-1\",\"person\":\"\"}", "person")]
    [TestCase("{\"device\":\"lab-1\",\"person\":\"..\"}", "person")]
    [TestCase("{\"device\":\"lab-1\",\"person\":\"Ada\",\"scans\":11}", "scans")]
    [TestCase("{\"device\":\"lab-1\",\"person\":\"Ada\",\"start\":\"soon\"}", "start")]
    [TestCase("{\"device\":7,\"person\":\"Ada\"}", "device")]
    [TestCase("[]", "body")]
    public async Task Request_WrongField_IsNamed(string body, string field)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await Service.Http.PostAsync("api/enrollments", content);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        Assert.That((string?)problem["code"], Is.EqualTo("invalid"));
        Assert.That((string?)problem["field"], Is.EqualTo(field));
    }

    [Test]
    public async Task Request_RepeatedUnderItsKey_GetsTheFirstAnswerAndMakesNoSecond()
    {
        var first = await PostWithKeyAsync("Ada");
        await Scanner.ScanAsync((string)first["id"]!, 1);
        var again = await PostWithKeyAsync("Ada");
        Assert.That(again.ToJsonString(), Is.EqualTo(first.ToJsonString()));
        Assert.That((string?)(await PostWithKeyAsync("Bob"))["code"], Is.EqualTo("key_reused"));
        Assert.That((await Service.GetAsync("api/enrollments"))["items"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [TestCase("limit=many", "limit")]
    [TestCase("limit=0", "limit")]
    [TestCase("before=x", "before")]
    [TestCase("from=yesterday", "from")]
    [TestCase("to=2026-13-01", "to")]
    public async Task List_WrongParameter_IsNamed(string query, string field)
    {
        using var response = await Service.Http.GetAsync($"api/enrollments?{query}");
        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        Assert.That((string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["field"], Is.EqualTo(field));
    }

    [Test]
    public async Task List_OfADay_HasWhatHappenedThenAndNothingElse()
    {
        var made = await PostWithKeyAsync("Ada");
        var at = (DateTimeOffset)made["at"]!;
        async Task<int> CountAsync(int from, int to)
        {
            var (since, until) = (at.AddDays(from).ToString("O"), at.AddDays(to).ToString("O"));
            return (await Service.GetAsync($"api/enrollments?from={Uri.EscapeDataString(since)}&to={Uri.EscapeDataString(until)}"))["items"]!.AsArray().Count;
        }

        Assert.That((await CountAsync(-1, 0), await CountAsync(0, 1), await CountAsync(1, 2)), Is.EqualTo((0, 1, 0)));
    }

    [Test]
    public async Task Frame_WithTextThatIsNone_IsAnErrorAndTheConnectionStays()
    {
        await using var page = await ManualPage.OpenAsync(Service);
        await page.SendTextAsync("{\"op\":\"subscribe\",\"id\":1,\"channel\":\"\\ud800\"}");
        Assert.That((string?)(await page.NextAsync("error"))["code"], Is.EqualTo("bad_request"));
        await page.SendAsync(new { op = "ping", id = 2 });
        await page.NextAsync("pong");
    }

    [Test, Category("Slow")]
    public async Task Start_UnderAKey_MayBeRepeated_AndNotWithAnotherBody()
    {
        var start = $"api/enrollments/{await RequestAsync()}/start";
        var answers = new[] { await PostWithKeyAsync(start, new { }), await PostWithKeyAsync(start, new { }) };
        Assert.That(answers.Select(answer => (string?)answer["state"]), Is.EqualTo(new[] { "requested", "requested" }));
        Assert.That((string?)(await PostWithKeyAsync(start, new { now = true }))["code"], Is.EqualTo("key_reused"));

        using var text = new StringContent("now");
        using var response = await Service.Http.PostAsync(start, text);
        Assert.That((int)response.StatusCode, Is.EqualTo(415), "bodies are JSON or not there");
    }

    private Task<JsonNode> PostWithKeyAsync(string person) => PostWithKeyAsync("api/enrollments", new { device = "lab-1", person });

    private async Task<JsonNode> PostWithKeyAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Headers = { { "Idempotency-Key", "the-same" } },
            Content = JsonContent.Create(body),
        };
        using var response = await Service.Http.SendAsync(request);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    private static string? IdOf(string line) => (string?)JsonNode.Parse(line["scanners/lab-1/commands ".Length..])!["id"];

    private async Task<string> RequestAsync(string start = "subscribed", int slot = 0)
    {
        var created = await Service.PostAsync("api/enrollments", new { device = "lab-1", person = "Ada", start });
        Assert.That((int?)created["slot"], Is.EqualTo(slot));
        return (string)created["id"]!;
    }

    private async Task<IEnumerable<string?>> EventTypesAsync(string enrollment) =>
        (await Service.GetAsync($"api/enrollments/{enrollment}/events"))["events"]!.AsArray().Select(item => (string?)item!["type"]);
}
