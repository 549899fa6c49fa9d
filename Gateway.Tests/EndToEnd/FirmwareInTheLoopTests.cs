using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>The firmware's core against the real service, while lines are cut and either loses its power: nothing missed, doubled or out of order.</summary>
[Category("Slow")]
public sealed class FirmwareInTheLoopTests() : ServiceTest(Admin)
{
    private static readonly string[] s_wholeStory =
    [
        "requested", "armed", "waiting 1", "progress 1", "waiting 2", "progress 2", "waiting 3", "progress 3", "succeeded",
    ];

    private FirmwareBoard _board = null!;

    [SetUp]
    public async Task StartAsync()
    {
        var device = await Service.PostAsync("api/devices", new { id = "desk-1" });
        _board = new("desk-1", (string)device["secret"]!, Path.GetDirectoryName(Folder.Path)!);
    }

    [Test]
    public async Task ThreeEnrollments_InARow_SucceedOnThePage()
    {
        await using var scanner = FirmwareHost.Start(_board, Service.MqttPort);
        await scanner.RestsAsync();
        for (var slot = 0; slot < 3; slot++)
        {
            var enrollment = await RequestAsync("subscribed");
            await using var page = await ManualPage.OpenAsync(Service, (string)(await Service.PostAsync("api/tickets", new { }))["ticket"]!);
            await page.SubscribeAsync($"enrollments/{enrollment}", since: 0);
            var events = new List<string>();
            while (events.Count < s_wholeStory.Length)
            {
                events.Add(Said(await page.NextAsync("event")));
            }

            Assert.That(events, Is.EqualTo(s_wholeStory));
        }

        await AgreesAsync(scanner);
        Assert.That(_board.TemplateSlots(), Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public async Task Line_CutAtEveryPublication_CostsNothing()
    {
        for (var publication = 1; publication <= 11; publication++)
        {
            await using var scanner = FirmwareHost.Start(_board, Service.MqttPort, "--cut-line-at", publication.ToString());
            var enrollment = await RequestAsync();
            await EndsAsync(enrollment);
            Assert.That(await StoryAsync(enrollment), Is.EqualTo(s_wholeStory), $"cut at publication {publication}");
            await AgreesAsync(scanner);
        }
    }

    [Test]
    public async Task Line_CutAgainAndAgain_UnderABadSensor_CostsNothing()
    {
        await using var scanner = FirmwareHost.Start(
            _board, Service.MqttPort, "--cut-line-every", "3", "--faults", "garbage=0.05,dropped=0.02,flipped=0.02,late=0.01,wrong=0.02");
        for (var round = 0; round < 3; round++)
        {
            var enrollment = await RequestAsync();
            await EndsAsync(enrollment);
        }

        await AgreesAsync(scanner);
    }

    [Test]
    public async Task Power_CutAtEveryWriteToFlash_LeavesAllOfOneMind()
    {
        for (var write = 1; write <= 26; write++)
        {
            await using (var broken = FirmwareHost.Start(_board, Service.MqttPort, "--cut-power-at", write.ToString(), "--seed", write.ToString()))
            {
                string? asked = null;
                await Eventually.HoldsAsync(async () => broken.HasExited || (asked = await RequestIfOnlineAsync()) is not null, "the request, or the cut");
                await Eventually.HoldsAsync(async () => broken.HasExited || await HasEndedAsync(asked!), $"the cut at write {write}");
            }

            await using var whole = FirmwareHost.Start(_board, Service.MqttPort);
            await OnlineAsync();
            await AllEndAsync();
            await AgreesAsync(whole);
        }
    }

    [Test]
    [CancelAfter(600_000)]
    public async Task Power_CutAtRandomTwoHundredTimes_LeavesAllOfOneMind()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            // Soon, at a write or at any moment; or late, so that enrollments get through before it.
            var isLate = round % 3 == 2;
            string[] cut = round % 2 == 0 ? ["--cut-power-at", random.Next(isLate ? 30 : 1, isLate ? 50 : 30).ToString()] : [];
            var lines = random.Next(isLate ? 18 : 1, isLate ? 45 : 22);
            await using var scanner = FirmwareHost.Start(_board, Service.MqttPort, ["--seed", round.ToString(), .. cut]);
            var moment = scanner.SaysAsync(_ => --lines == 0);
            bool IsOver() => moment.IsCompleted || scanner.HasExited;
            do
            {
                string? asked = null;
                await Eventually.HoldsAsync(async () => IsOver() || (asked = await RequestIfOnlineAsync()) is not null, "the request, or the cut");
                await Eventually.HoldsAsync(async () => IsOver() || await HasEndedAsync(asked!), "the end, or the cut");
            }
            while (isLate && !IsOver());

            await scanner.KillAsync();
            await moment;
        }

        await using var last = FirmwareHost.Start(_board, Service.MqttPort);
        await OnlineAsync();
        await AllEndAsync();
        await AgreesAsync(last);
        var ended = (await EnrollmentsAsync()).CountBy(item => (string)item["state"]!).ToDictionary();
        TestContext.Out.WriteLine(string.Join(", ", ended.Select(pair => $"{pair.Value} {pair.Key}")));
        Assert.That(ended.GetValueOrDefault("succeeded"), Is.GreaterThan(40), "cuts that let nothing through show nothing");
        Assert.That(ended.GetValueOrDefault("failed"), Is.GreaterThan(20), "cuts that break nothing off show nothing");
    }

    [Test]
    public async Task Service_KilledAtEveryEvent_CostsNothing()
    {
        await using var scanner = FirmwareHost.Start(_board, Service.MqttPort);
        for (var at = 1; at < s_wholeStory.Length; at++)
        {
            await scanner.RestsAsync();
            var enrollment = await RequestAsync();
            await Eventually.HoldsAsync(async () => (await StoryAsync(enrollment)).Count >= at, $"event {at}");
            await KillAndStartAsync();
            await EndsAsync(enrollment);
            Assert.That(await StoryAsync(enrollment), Is.EqualTo(s_wholeStory), $"killed after event {at}");
        }

        await AgreesAsync(null);
    }

    private static string Said(JsonNode @event)
    {
        Assert.That(@event["data"]?["inferred"], Is.Null, @event.ToJsonString());
        var type = (string)@event["type"]!;
        return @event["data"]?["step"] is { } step ? $"{type} {step}" : type;
    }

    /// <summary>The promises of the whole chain, when the scanner has come to rest.</summary>
    private async Task AgreesAsync(FirmwareHost? scanner)
    {
        var enrollments = await EnrollmentsAsync();
        var kept = enrollments.Where(item => (string)item["state"]! == "succeeded").Select(item => (int)item["slot"]!).Order().ToList();
        await Eventually.HoldsAsync(() => _board.TemplateSlots().SequenceEqual(kept), $"templates in the slots {string.Join(' ', kept)}");
        if (scanner is not null)
        {
            await Eventually.HoldsAsync(async () => (await MissedAsync()).Count == 0, "every message that was offered is in an event or in quarantine");
        }

        foreach (var item in enrollments)
        {
            var story = await StoryAsync((string)item["id"]!);
            var steps = story.Where(said => said.StartsWith("progress", StringComparison.Ordinal)).ToList();
            Assert.That(steps, Is.EqualTo(Enumerable.Range(1, steps.Count).Select(step => $"progress {step}")), "doubled, or out of order");
        }

        Assert.That((await SourcesAsync()).CountBy(id => id).Where(pair => pair.Value > 1), Is.Empty, "one event per message");
        NoTemplateHasLeft();
    }

    /// <summary>UpChar, DownChar, UpImage and DownImage, and the data packets in which they travel, were never on the wire.</summary>
    private void NoTemplateHasLeft()
    {
        var packets = _board.Packets();
        Assert.That(packets, Is.Not.Empty, "the wire was looked at");
        var forbidden = packets.Where(packet => packet.Kind != 0x01 || packet.Instruction is >= 0x08 and <= 0x0B);
        Assert.That(forbidden, Is.Empty, "templates and images stay in the sensor");
    }

    private async Task<List<string>> MissedAsync()
    {
        var arrived = (await SourcesAsync()).ToHashSet();
        foreach (var item in (await Service.GetAsync("api/quarantine?limit=1000"))["items"]!.AsArray())
        {
            arrived.Add((string)JsonNode.Parse((string)item!["payload"]!)!["id"]!);
        }

        return [.. _board.OfferedScans().Where(id => !arrived.Contains(id))];
    }

    private async Task<List<string>> SourcesAsync()
    {
        var sources = new List<string>();
        foreach (var item in await EnrollmentsAsync())
        {
            var events = await EventsAsync((string)item["id"]!);
            sources.AddRange(events.Where(each => (string)each!["type"]! != "armed").Select(each => (string?)each!["data"]?["source"]?["id"]).OfType<string>());
        }

        return sources;
    }

    private async Task<string> RequestAsync(string start = "now")
    {
        string? enrollment = null;
        await Eventually.HoldsAsync(async () => (enrollment = await RequestIfOnlineAsync(start)) is not null, "the scanner online and free");
        return enrollment!;
    }

    /// <summary>Null when the scanner is gone again, or still has the last one.</summary>
    private async Task<string?> RequestIfOnlineAsync(string start = "now")
    {
        using var response = await Service.Http.PostAsJsonAsync("api/enrollments", new { device = "desk-1", person = "Ada", start });
        return response.IsSuccessStatusCode ? (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["id"]! : null;
    }

    private async Task<bool> IsOnlineAsync() => (bool?)(await Service.GetAsync("api/devices/desk-1"))["state"]!["online"] == true;

    private Task OnlineAsync() => Eventually.HoldsAsync(
        async () => await IsOnlineAsync() && (string?)(await Service.GetAsync("api/devices/desk-1"))["state"]!["sensor"] == "ok", "the scanner online");

    private Task EndsAsync(string enrollment) => Eventually.HoldsAsync(() => HasEndedAsync(enrollment), "the end of the enrollment");

    private Task AllEndAsync() => Eventually.HoldsAsync(async () => (await EnrollmentsAsync()).All(IsEnded), "the end of all enrollments");

    private async Task<bool> HasEndedAsync(string enrollment) => IsEnded((await Service.GetAsync($"api/enrollments/{enrollment}"))["state"]!);

    private static bool IsEnded(JsonNode state) => (string)state["state"]! is not ("requested" or "armed" or "scanning");

    private async Task<List<JsonNode>> EnrollmentsAsync() =>
        [.. (await Service.GetAsync("api/enrollments?limit=1000"))["items"]!.AsArray().Select(item => item!)];

    private async Task<JsonArray> EventsAsync(string enrollment) =>
        (await Service.GetAsync($"api/enrollments/{enrollment}/events?limit=1000"))["events"]!.AsArray();

    private async Task<List<string>> StoryAsync(string enrollment) => [.. (await EventsAsync(enrollment)).Select(each => Said(each!))];
}
