using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>A worker's reports, by HTTP and by MQTT, to the page that follows its job or all jobs.</summary>
public sealed class JobTests() : ServiceTest(Anonymous)
{
    [Test]
    public async Task JobRoomMismatch_PageOnTheFeed_AndPageOnTheJob_GetEveryReport()
    {
        // J, seed 003: the page sat in room 'bulk_upload', the server sent to 'bulk_upload:123'.
        await using var history = await ManualPage.OpenAsync(Service);
        await using var details = await ManualPage.OpenAsync(Service);
        await history.SubscribeAsync("jobs");
        var job = await CreateAsync(new { name = "bulk_upload", total = 4, @ref = "123" });
        await details.SubscribeAsync(job, since: 0);
        await Service.PostAsync($"/api/{job}/events", new { type = "progress", done = 1 });
        await Mosquitto.PublishAsync(Service.MqttPort, $"{job}/events", """{"type":"progress","done":3,"key":"7-1"}""");
        await Service.PostAsync($"/api/{job}/events", new { type = "complete" });

        Assert.That(await history.EventsAsync(4), Is.EqualTo(new[] { "created", "progress", "progress", "complete" }));
        Assert.That(await details.EventsAsync(4), Is.EqualTo(new[] { "created", "progress", "progress", "complete" }));
        var state = (await Service.GetAsync($"/api/{job}"))["state"]!;
        Assert.That((string?)state["state"], Is.EqualTo("succeeded"));
        Assert.That(((long?)state["done"], (int?)state["percent"], (string?)state["ref"]), Is.EqualTo((3L, 100, "123")));
    }

    [Test]
    public async Task Report_ByMqtt_Redelivered_IsOneEvent_AndRoutedOnce()
    {
        var job = await CreateAsync(new { id = "import-1", name = "import" });
        await using var listener = Mosquitto.Listen(Service.MqttPort, "jobs/+/events");
        await ListeningAsync(listener);
        for (var i = 0; i < 3; i++)
        {
            await Mosquitto.PublishAsync(Service.MqttPort, $"{job}/events", """{"type":"progress","done":1,"key":"7-1"}""");
        }

        await Mosquitto.PublishAsync(Service.MqttPort, $"{job}/events", """{"type":"progress","done":2,"key":"7-2"}""");
        Assert.That(await listener.NextAsync($"{job}/events {{\"type\":\"progress\""), Does.Contain("7-1"));
        Assert.That(await listener.NextAsync($"{job}/events"), Does.Contain("7-2"));
        Assert.That((int?)(await Service.GetAsync($"/api/{job}"))["seq"], Is.EqualTo(3));

        var answer = await Service.PostAsync($"/api/{job}/events", new { type = "progress", done = 1, key = "7-1" });
        Assert.That((int?)answer["seq"], Is.EqualTo(2), "one key space, whatever way it came");
    }

    [TestCase("jobs/import-1/events", """{"type":"progress","done":-1}""", "malformed", "0x99")]
    [TestCase("jobs/import-1/events", "not json", "malformed", "0x99")]
    [TestCase("jobs/import-2/events", """{"type":"progress","done":1}""", "unknown_enrollment", "0x83")]
    [TestCase("jobs/ended-1/events", """{"type":"progress","done":1}""", "terminal", "0x83")]
    [Category("Slow")]
    public async Task Report_ByMqtt_ThatDoesNotFit_IsQuarantined(string topic, string payload, string code, string reason)
    {
        await CreateAsync(new { id = "import-1", name = "import" });
        await CreateAsync(new { id = "ended-1", name = "import" });
        await Service.PostAsync("/api/jobs/ended-1/events", new { type = "error", message = "no such file" });
        var answer = await Mosquitto.PublishAsync(Service.MqttPort, topic, payload, "-d", "-V", "mqttv5");

        var kept = (await Service.GetAsync("/api/quarantine"))["items"]!.AsArray().Single()!;
        Assert.That(((string?)kept["code"], (string?)kept["topic"], (string?)kept["payload"]), Is.EqualTo((code, topic, payload)));
        Assert.That(answer, Does.Contain($"RC:{Convert.ToInt32(reason, 16)}"));
    }

    [Test]
    public async Task Creating_AnswersWithItsState_AndTheSameIdTwiceIsAConflict()
    {
        var request = new { id = "import-1", name = "import", total = 10, data = new { file = "a.csv" } };
        using var response = await Service.Http.PostAsJsonAsync("/api/jobs", request);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.That((response.StatusCode, response.Headers.Location?.ToString()), Is.EqualTo((HttpStatusCode.Created, "/api/jobs/import-1")));
        Assert.That(((string?)body["channel"], (int?)body["seq"], (string?)body["state"]), Is.EqualTo(("jobs/import-1", 1, "running")));
        Assert.That((string?)body["epoch"], Is.Not.Empty);
        var again = await Service.PostAsync("/api/jobs", new { id = "import-1", name = "import" }, HttpStatusCode.Conflict);
        Assert.That((string?)again["code"], Is.EqualTo("exists"));
    }

    [Test]
    public async Task IdempotencyKey_Repeated_MakesOneJob_AndOneReport()
    {
        var first = await KeyedAsync("/api/jobs", new { name = "import" }, "a");
        var again = await KeyedAsync("/api/jobs", new { name = "import" }, "a");
        var job = (string)first["channel"]!;
        Assert.That(again.ToJsonString(), Is.EqualTo(first.ToJsonString()));

        await KeyedAsync($"/api/{job}/events", new { type = "complete" }, "b");
        Assert.That((int?)(await KeyedAsync($"/api/{job}/events", new { type = "complete" }, "b"))["seq"], Is.EqualTo(2));
    }

    [Test]
    public async Task Report_AfterTheEnd_IsTerminal_AndOfNoJobUnknown()
    {
        var job = await CreateAsync(new { name = "import" });
        await Service.PostAsync($"/api/{job}/events", new { type = "complete" });

        var ended = await Service.PostAsync($"/api/{job}/events", new { type = "progress", done = 1 }, HttpStatusCode.Conflict);
        var unknown = await Service.PostAsync("/api/jobs/nobody/events", new { type = "progress" }, HttpStatusCode.NotFound);
        var wrong = await Service.PostAsync($"/api/{job}/events", new { type = "progress", done = "1" }, HttpStatusCode.BadRequest);
        Assert.That(((string?)ended["code"], (string?)unknown["code"]), Is.EqualTo(("terminal", "unknown_job")));
        Assert.That(((string?)wrong["code"], (string?)wrong["field"]), Is.EqualTo(("invalid", "done")));
    }

    [Test]
    public async Task List_ByState_AndStalled_ShowsThoseJobs()
    {
        var running = await CreateAsync(new { name = "runs", stalledAfter = 0 });
        var silent = await CreateAsync(new { name = "silent", stalledAfter = 1 });
        var ended = await CreateAsync(new { name = "ended" });
        await Service.PostAsync($"/api/{ended}/events", new { type = "complete" });

        Assert.That(await NamesAsync("?state=running"), Is.EqualTo(new[] { "silent", "runs" }));
        Assert.That(await NamesAsync("?state=succeeded"), Is.EqualTo(new[] { "ended" }));
        await Eventually.HoldsAsync(async () => (await NamesAsync("?stalled=true")).SequenceEqual(["silent"]), "silence is shown");
        Assert.That(running, Is.Not.EqualTo(silent));
    }

    [Test]
    public async Task Job_ThatIsSilent_IsShownAsStalled_WhereverItsStateIs_AndNotOnItsChannel()
    {
        var job = await CreateAsync(new { name = "silent", stalledAfter = 1 });
        Assert.That((await Service.GetAsync($"/api/{job}"))["state"]!["stalled"], Is.Null);
        await Eventually.HoldsAsync(async () => (bool?)(await Service.GetAsync($"/api/{job}"))["state"]!["stalled"] == true, "silence is shown");
        await using var page = await ManualPage.OpenAsync(Service);
        Assert.That((bool?)(await page.SubscribeAsync(job))["state"]!["stalled"], Is.True);
        Assert.That((bool?)(await page.SubscribeAsync("jobs"))["state"]!["items"]![0]!["stalled"], Is.True);

        await Service.PostAsync($"/api/{job}/events", new { type = "complete" });
        Assert.That((await Service.GetAsync($"/api/{job}"))["state"]!["stalled"], Is.Null);
    }

    [Test, Category("Slow")]
    public async Task Restart_KeepsJobs_AndTheirKeys()
    {
        var job = await CreateAsync(new { name = "import", total = 2 });
        await Mosquitto.PublishAsync(Service.MqttPort, $"{job}/events", """{"type":"progress","done":1,"key":"1"}""");
        await KillAndStartAsync();
        await Mosquitto.PublishAsync(Service.MqttPort, $"{job}/events", """{"type":"progress","done":1,"key":"1"}""");

        var snapshot = await Service.GetAsync($"/api/{job}");
        Assert.That(((int?)snapshot["seq"], (int?)snapshot["state"]!["percent"]), Is.EqualTo((2, 50)));
    }

    [Test, Category("Slow")]
    public async Task Jobs_ThatHaveEnded_AreCountedAsRunningNoMore_WhateverWasSentAtTheSameTime_OrAgain()
    {
        var job = (string)(await KeyedAsync("/api/jobs", new { name = "import" }, "a"))["channel"]!;
        await Service.PostAsync($"/api/{job}/events", new { type = "complete" });
        await KeyedAsync("/api/jobs", new { name = "import" }, "a");
        Assert.That(await RunningAsync(), Is.Zero, "who creates it again makes no job that runs");

        for (var i = 0; i < 40; i++)
        {
            var fast = await CreateAsync(new { name = "fast" });
            var reports = Enumerable.Range(1, 4).Select(number => Service.Http.PostAsJsonAsync(
                $"/api/{fast}/events", new { type = number == 4 ? "complete" : "progress", done = number }));
            foreach (var answer in await Task.WhenAll(reports))
            {
                answer.Dispose();
            }
        }

        Assert.That(await RunningAsync(), Is.Zero, "a report that was on its way when the job ended came before the end, or not at all");
    }

    private async Task<int> RunningAsync() => int.Parse((await Service.Http.GetStringAsync("/metrics")).Split('\n')
        .Single(line => line.StartsWith("gateway_jobs_running ", StringComparison.Ordinal)).Split(' ')[1]);

    // A subscription by another program is there when it hears its first message.
    private async Task ListeningAsync(Mosquitto.Listener listener)
    {
        var heard = listener.NextAsync("jobs/ready/events");
        await CreateAsync(new { id = "ready", name = "ready" });
        await Eventually.HoldsAsync(
            async () =>
            {
                await Mosquitto.PublishAsync(Service.MqttPort, "jobs/ready/events", """{"type":"progress"}""");
                return heard.IsCompleted;
            },
            "the listener hears");
        await heard;
    }

    private async Task<string> CreateAsync(object request) => (string)(await Service.PostAsync("/api/jobs", request))["channel"]!;

    private async Task<IReadOnlyList<string>> NamesAsync(string query) =>
        [.. (await Service.GetAsync($"/api/jobs{query}"))["items"]!.AsArray().Select(item => (string)item!["name"]!)];

    private async Task<JsonNode> KeyedAsync(string path, object body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await Service.Http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }
}
