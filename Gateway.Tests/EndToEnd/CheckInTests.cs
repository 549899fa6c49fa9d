using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>A finger outside enrollment, from a real MQTT client to the page with the live figures.</summary>
public sealed class CheckInTests : ScannerTest
{
    [Test]
    public async Task LiveStatistics_OfSeveralPages_FollowEachFinger_WithoutAsking()
    {
        // C, seed 004: an activity feed of the last ten and live counters, for several clients at once.
        await EnrollAsync("Ada");
        await using var first = await ManualPage.OpenAsync(Service);
        await using var second = await ManualPage.OpenAsync(Service);
        await first.SubscribeAsync("checkins");
        await second.SubscribeAsync("checkins");
        await IdentifyAsync("7-100", 0);
        await IdentifyAsync("7-101", 0);

        Assert.That(await first.EventsAsync(2), Is.EqualTo(new[] { "in", "repeat" }));
        Assert.That(await second.EventsAsync(2), Is.EqualTo(new[] { "in", "repeat" }));
        var stats = await Service.GetAsync("/api/checkins/main/stats");
        Assert.That(stats.ToJsonString(), Is.EqualTo("""{"inside":1,"today":1,"averageMinutes":null}"""));
        var state = (await Service.GetAsync("/api/checkins/main"))["state"]!;
        Assert.That(state["recent"]!.AsArray().Select(recent => (string?)recent!["type"]), Is.EqualTo(new[] { "repeat", "in" }));
    }

    [Test]
    public async Task Site_FollowedBeforeAnybodyCame_TellsTheFirst([Values(null, 0L)] long? since)
    {
        await EnrollAsync("Ada");
        await using var page = await ManualPage.OpenAsync(Service);
        var start = await page.SubscribeAsync("checkins/main", since);
        Assert.That(((long)start["seq"]!, (bool)start["reset"]!, (int)start["state"]!["inside"]!), Is.EqualTo((0L, false, 0)));
        await IdentifyAsync("7-100", 0);

        Assert.That(await page.EventsAsync(1), Is.EqualTo(new[] { "in" }));
        Assert.That((long)(await Service.GetAsync("/api/checkins/attic"))["seq"]!, Is.Zero);
        using var unknown = await Service.Http.GetAsync("/api/checkins/The_Attic/events");
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test, Category("Slow")]
    public async Task Identification_IsOneEvent_HoweverOftenItIsDelivered_AcrossAKill()
    {
        await EnrollAsync("Ada");
        await IdentifyAsync("7-100", 0);
        await KillAndStartAsync();
        await IdentifyAsync("7-100", 0);

        var stored = (await EventsAsync()).Single()!;
        Assert.That((string?)stored["type"], Is.EqualTo("in"));
        Assert.That(((string?)stored["data"]!["person"], (string?)stored["data"]!["device"]), Is.EqualTo(("Ada", "lab-1")));
        Assert.That(stored["data"]!.AsObject().ContainsKey("location"), Is.True);
        Assert.That((string?)stored["data"]!["source"]!["id"], Is.EqualTo("7-100"));
    }

    [Test]
    public async Task Finger_ThatNobodyHas_IsShown_AndCounted()
    {
        await EnrollAsync("Ada");
        await IdentifyAsync("7-100", 5);
        await IdentifyAsync("7-101", null);
        var events = await EventsAsync();

        Assert.That(events.Select(stored => (string?)stored!["type"]), Is.EqualTo(new[] { "unknown", "unknown" }));
        Assert.That(events.Select(stored => (int?)stored!["data"]!["slot"]), Is.EqualTo(new int?[] { 5, null }));
        var day = (await Service.GetAsync("/api/checkins/main/history"))["items"]![0]!;
        Assert.That(((int?)day["unknown"], (int?)day["in"], day["hours"]!.AsArray().Count), Is.EqualTo((2, 0, 24)));
        var rows = (await Service.Http.GetStringAsync("/api/attendance?format=csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.That(rows.Skip(1).Select(row => string.Join(',', row.Split(',').Skip(4))), Is.EqualTo(new[] { ",,,,lab-1 5", ",,,,lab-1" }));
        Assert.That((await Service.GetAsync("/api/attendance?person=Ada"))["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Identification_WithAWrongSlot_IsMalformed_AndOfAKnownIdReused()
    {
        await IdentifyAsync("7-100", null);
        await PublishAsync("""{"id":"7-101","slot":"12"}""");
        await IdentifyAsync("7-100", 3);
        var codes = (await Service.GetAsync("/api/quarantine"))["items"]!.AsArray().Select(item => (string?)item!["code"]);

        Assert.That(codes, Is.EquivalentTo(new[] { "malformed", "id_reused" }));
    }

    [Test]
    public async Task Identification_ThatDoesNotSayItsSlot_IsMalformed_NotAnUnknownFinger()
    {
        await PublishAsync("""{"id":"7-100","confidence":80}""");
        var kept = (await Service.GetAsync("/api/quarantine"))["items"]!.AsArray().Single()!;

        Assert.That(((string?)kept["code"], (string?)kept["message"]), Is.EqualTo(("malformed", "slot is missing")));
        Assert.That(await EventsAsync(), Is.Empty);
    }

    [Test]
    public async Task Scanner_ForTheWayOut_ChecksOutOnly()
    {
        await EnrollAsync("Ada");
        using var set = await Service.Http.PutAsJsonAsync("/api/devices/lab-1/direction", new { direction = "out" });
        await IdentifyAsync("7-100", 0);
        using var wrong = await Service.Http.PutAsJsonAsync("/api/devices/lab-1/direction", new { direction = "up" });
        using var unknown = await Service.Http.PutAsJsonAsync("/api/devices/nobody/direction", new { direction = "in" });

        Assert.That(set.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((wrong.StatusCode, unknown.StatusCode), Is.EqualTo((HttpStatusCode.BadRequest, HttpStatusCode.NotFound)));
        Assert.That((string?)(await EventsAsync()).Single()!["type"], Is.EqualTo("out"));
    }

    [Test]
    public async Task Entry_ByHand_AnswersWithItsEvent_AndSaysWhoDidIt()
    {
        var entered = await Service.PostAsync("/api/checkins", new { site = "main", person = "Ada", at = DateTimeOffset.UtcNow.AddHours(-2) });
        var left = await Service.PostAsync("/api/checkins", new { site = "main", person = "Ada", direction = "out" });

        Assert.That(((string?)entered["channel"], (string?)entered["type"]), Is.EqualTo(("checkins/main", "in")));
        Assert.That((string?)entered["data"]!["by"], Is.EqualTo("anonymous"));
        Assert.That(((int?)left["seq"], (string?)left["type"], (int?)left["data"]!["minutes"]), Is.EqualTo((2, "out", 120)));
        var attendance = await Service.GetAsync("/api/attendance?site=main&person=Ada");
        Assert.That((int?)attendance["items"]!.AsArray().Single()!["minutes"], Is.EqualTo(120));
        Assert.That(await Service.Http.GetStringAsync("/api/attendance?format=csv"), Does.StartWith(
            "site,person,date,in,out,minutes,closed,also,unknown\r\nmain,Ada,"));
        Assert.That((double?)(await Service.GetAsync("/api/stats"))["averageMinutes"], Is.EqualTo(120));
    }

    [Test]
    public async Task CheckIn_ThatWasAMistake_IsTakenBack_WithWhoDidIt_AndFiguresFollow()
    {
        var entered = await Service.PostAsync("/api/checkins", new { site = "main", person = "Ada", at = DateTimeOffset.UtcNow.AddHours(-2) });
        await Service.PostAsync("/api/checkins", new { site = "main", person = "Ada" });
        using var taken = await Service.Http.DeleteAsync($"/api/checkins/main/events/{entered["seq"]}");
        using var again = await Service.Http.DeleteAsync($"/api/checkins/main/events/{entered["seq"]}");
        using var unknown = await Service.Http.DeleteAsync("/api/checkins/main/events/99");
        var events = await EventsAsync();

        Assert.That((taken.StatusCode, again.StatusCode, unknown.StatusCode), Is.EqualTo(
            (HttpStatusCode.NoContent, HttpStatusCode.Conflict, HttpStatusCode.NotFound)));
        Assert.That(events.Select(stored => $"{stored!["type"]} {stored["data"]!["corrects"]}"), Is.EqualTo(new[] { "in ", "out ", "repeat 1", "in 2" }));
        Assert.That((string?)events[2]!["data"]!["by"], Is.EqualTo("anonymous"));
        var stats = await Service.GetAsync("/api/checkins/main/stats");
        Assert.That(stats.ToJsonString(), Is.EqualTo("""{"inside":1,"today":1,"averageMinutes":null}"""), "the second scan was the coming");
        var audited = (await Service.GetAsync("/api/audit"))["items"]!.AsArray().Select(act => $"{act!["method"]} {act["status"]}");
        Assert.That(audited, Is.EqualTo(new[] { "DELETE 204", "POST 201", "POST 201" }));
    }

    [Test]
    public async Task Identification_ThatComesLate_IsDatedBackByItsUptime()
    {
        await EnrollAsync("Ada");
        await PublishAsync("""{"id":"8-1","slot":0,"uptime":7200000}""");
        await PublishAsync("""{"id":"8-2","slot":0,"uptime":3600000}""");
        var (first, late) = ((await EventsAsync())[0]!, (await EventsAsync())[1]!);
        var between = (DateTimeOffset)first["at"]! - (DateTimeOffset)late["at"]!;

        Assert.That(between, Is.EqualTo(TimeSpan.FromHours(1)).Within(TimeSpan.FromSeconds(1)));
        Assert.That((DateTimeOffset)late["data"]!["source"]!["received"]!, Is.GreaterThan((DateTimeOffset)first["at"]!));
        Assert.That(((string?)late["type"], (string?)late["data"]!["person"]), Is.EqualTo(("in", "Ada")), "though it is dated before her enrollment");
    }

    [TestCase("""{"person":"Ada"}""", "site")]
    [TestCase("""{"site":"Main hall","person":"Ada"}""", "site")]
    [TestCase("""{"site":"main"}""", "person")]
    [TestCase("""{"site":"main","person":"Ada","direction":"up"}""", "direction")]
    [TestCase("""{"site":"main","person":"Ada","at":"2099-01-01T00:00:00Z"}""", "at")]
    [TestCase("""{"site":"main","person":"Ada","at":"yesterday"}""", "at")]
    public async Task Entry_ThatIsWrong_NamesTheField(string body, string field)
    {
        var refused = await Service.PostAsync("/api/checkins", JsonNode.Parse(body)!, HttpStatusCode.BadRequest);

        Assert.That(((string?)refused["code"], (string?)refused["field"]), Is.EqualTo(("invalid", field)));
    }

    [Test]
    public async Task Attendance_ThatIsAskedForWrongly_NamesTheField()
    {
        foreach (var (query, field) in new[]
        {
            ("from=2026-02-30", "from"), ("from=2026-02-03&to=2026-02-02", "to"), ("site=Main%20hall", "site"), ("unknown=perhaps", "unknown"),
            ("format=ics", "format"),
        })
        {
            using var refused = await Service.Http.GetAsync($"/api/attendance?{query}");
            var problem = (await refused.Content.ReadFromJsonAsync<JsonNode>())!;
            Assert.That((refused.StatusCode, (string?)problem["code"], (string?)problem["field"]), Is.EqualTo((HttpStatusCode.BadRequest, "invalid", field)));
        }
    }

    private async Task EnrollAsync(string person)
    {
        var enrollment = (string)(await Service.PostAsync("/api/enrollments", new { device = "lab-1", person, scans = 1, start = "now" }))["id"]!;
        await Scanner.ScanAsync(enrollment, 1, of: 1);
        await Scanner.ResultAsync(enrollment);
    }

    private Task<string> IdentifyAsync(string id, int? slot) => PublishAsync($$"""{"id":"{{id}}","slot":{{slot?.ToString() ?? "null"}},"confidence":80}""");

    private Task<string> PublishAsync(string payload) => Mosquitto.PublishAsync(Service.MqttPort, "scanners/lab-1/identifications", payload);

    private async Task<JsonArray> EventsAsync() => (await Service.GetAsync("/api/checkins/main/events"))["events"]!.AsArray();
}
