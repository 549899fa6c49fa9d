using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>What is on the trail besides the changes by request: what was changed into what, MQTT, the command line, and who was refused.</summary>
[Category("Slow")]
public sealed class AuditTests() : ServiceTest([.. Admin, "--Http:Proxies:0", "127.0.0.1"])
{
    private const string Word = "correct horse battery";

    private static readonly string[] AdminByMqtt = ["-u", "any", "-P", GatewayFixture.AdminToken];

    [Test]
    public async Task Change_IsTold_WithWhatItWasAndWhatItIs_AndNoSecret()
    {
        await Service.PostAsync("api/users", new { name = "ada", role = "viewer", password = Word });
        await Service.PostAsync("api/devices", new { id = "door-1", location = "Main entrance" });
        using var user = await Service.Http.PatchAsJsonAsync("api/users/ada", new { role = "operator", password = "another long word" });
        using var same = await Service.Http.PatchAsJsonAsync("api/users/ada", new { role = "operator" });
        using var scanner = await Service.Http.PatchAsJsonAsync("api/devices/door-1", new { location = "Side entrance" });
        var key = await Service.PostAsync("api/keys", new { name = "printer", scopes = new[] { "jobs", "stats:read" } });
        using var revoked = await Service.Http.DeleteAsync($"api/keys/{key["id"]}");

        await EventuallyAsync("DELETE", $"/api/keys/{key["id"]}");
        var acts = (await ActsAsync()).Where(act => (string?)act["method"] is "PATCH" or "DELETE").Select(act => act["changes"]?.ToJsonString()).ToList();
        Assert.That(acts, Is.EqualTo(new[]
        {
            """{"name":{"from":"printer"},"scopes":{"from":"jobs, stats:read"}}""", """{"location":{"from":"Main entrance","to":"Side entrance"}}""", null,
            """{"role":{"from":"viewer","to":"operator"},"password":{"to":"another"}}""",
        }));
        Assert.That(await Service.Http.GetStringAsync("api/audit?format=csv"), Does.Contain("role: viewer > operator; password: - > another"));
    }

    [Test]
    public async Task Refusals_AreTold_OnceAnEpisode_HoweverOftenSomebodyTries()
    {
        await Service.PostAsync("api/users", new { name = "ada", role = "viewer", password = Word });
        using var ada = await SignInAsync("ada", Word);
        using var stranger = Stranger();
        for (var i = 0; i < 20; i++)
        {
            using var escalation = await ada.PostAsJsonAsync("api/keys", new { name = "mine", scopes = new[] { "jobs" } });
            using var more = await ada.PatchAsJsonAsync("api/users/ada", new { role = "admin" });
            using var unknown = await stranger.DeleteAsync($"api/devices/door-{i}");
            using var look = await stranger.GetAsync("api/devices");
            using var guess = await stranger.PostAsJsonAsync("api/sign-in", new { user = "ada", password = $"guess number {i}" });
            using var other = await stranger.PostAsJsonAsync("api/sign-in", new { user = "my-password-in-the-wrong-place", password = "x" });
            using var link = await stranger.PostAsJsonAsync("api/sign-in", new { token = $"guess {i}" });
        }

        using var bearer = Stranger();
        bearer.DefaultRequestHeaders.Authorization = new("Bearer", "gwk_made-up");
        using var read = await bearer.GetAsync("api/devices");
        await Mosquitto.PublishAsync(Service.MqttPort, "scanners/door-1/status", "{}", "-u", "door-1", "-P", "wrong");
        await Service.PostAsync("api/devices", new { id = "last" });
        await EventuallyAsync("POST", "/api/devices");

        var refused = (await ActsAsync()).Where(act => (string?)act["result"] == "refused").Reverse();
        Assert.That(refused.Select(act => $"{act["who"]} {act["method"]} {act["path"]} {act["status"]} {act["remote"]}"), Is.EqualTo(new[]
        {
            "user:ada POST /api/keys 403 127.0.0.1",
            "user:ada PATCH /api/users/ada 403 127.0.0.1",
            "nobody DELETE /api/devices/door-0 401 127.0.0.1",
            "user:ada POST /api/sign-in 401 127.0.0.1",
            "nobody POST /api/sign-in 401 127.0.0.1",
            "nobody GET /api/devices 401 127.0.0.1",
            "nobody CONNECT mqtt 135 127.0.0.1",
        }));
        Assert.That(Folder.Holds("my-password-in-the-wrong-place"), Is.False);
    }

    [Test]
    public async Task Refusal_IsTold_WhateverAStrangerMakesUpBeforeIt()
    {
        await Service.PostAsync("api/users", new { name = "ada", role = "viewer", password = Word });
        using var ada = await SignInAsync("ada", Word);
        using var stranger = Stranger();
        for (var i = 0; i < 250; i++)
        {
            using var request = new HttpRequestMessage(new($"MADE-UP-{i}-{new string('X', 1000)}"), "api/devices");
            using var refused = await stranger.SendAsync(request);
        }

        using var escalation = await ada.DeleteAsync("API//People/bea/");
        await EventuallyAsync("DELETE", "/api/people/bea");
        var room = $"rooms/{(await Service.PostAsync("api/rooms", new { name = "Staff" }))["id"]}";
        using var ticket = await ada.PostAsJsonAsync("api/tickets", new { });
        await using var page = await ManualPage.OpenAsync(Service, (string)(await ticket.Content.ReadFromJsonAsync<JsonNode>())!["ticket"]!);
        await page.SendAsync(new { op = "publish", id = 1, channel = room, data = new { } });
        Assert.That((string?)(await page.NextAsync("error"))["code"], Is.EqualTo("forbidden"));
        await EventuallyAsync("PUBLISH", room);
        Assert.That((await ActsAsync()).Count(act => (string?)act["who"] == "nobody"), Is.EqualTo(1));
        Assert.That((await Service.GetAsync("api/audit")).ToJsonString() + Service.Output, Does.Not.Contain("MADE-UP"));
    }

    [Test]
    public async Task Scanner_ThatAsksForMoreThanItsOwn_IsTold_WithoutItsLength()
    {
        var secret = (string)(await Service.PostAsync("api/devices", new { id = "door-1" }))["secret"]!;
        await Service.PostAsync("api/devices", new { id = "door-2" });
        string[] taken = ["-u", "door-1", "-P", secret];
        await Mosquitto.AskAsync(Service.MqttPort, "scanners/door-2/#", taken);
        await Mosquitto.AskAsync(Service.MqttPort, "scanners/door-1/commands", [.. taken, "-i", "door-2"]);
        await PublishAsync($"lab/{new string('x', 60_000)}", "{}", taken);

        await EventuallyAsync("CONNECT", "mqtt");
        await Eventually.HoldsAsync(async () => (await ActsAsync()).Any(act => (string?)act["method"] == "PUBLISH"), "the topic is told");
        var told = (await ActsAsync()).Where(act => (string?)act["who"] == "device:door-1").Reverse().ToList();
        Assert.That(told.Select(act => $"{act["method"]} {$"{act["what"]}"[..Math.Min(12, $"{act["what"]}".Length)]} {act["status"]}"), Is.EqualTo(new[]
        {
            "SUBSCRIBE scanners/doo 135", "CONNECT device:door- 133", "PUBLISH lab/xxxxxxxx 135",
        }));
        Assert.That(told.Max(act => $"{act["path"]}".Length), Is.EqualTo(512));
    }

    [Test]
    public async Task Message_OfTheAdminOrAKey_IsTold_EachCommandAndOfOthersTheFirst_AndOfScannersNone()
    {
        var secret = (string)(await Service.PostAsync("api/devices", new { id = "door-1" }))["secret"]!;
        var key = await Service.PostAsync("api/keys", new { name = "bells", scopes = new[] { "publish lab/#", "jobs" } });
        string[] keyByMqtt = ["-u", "any", "-P", (string)key["secret"]!];
        for (var i = 0; i < 2; i++)
        {
            await PublishAsync("scanners/door-1/commands", $$"""{"id":"c-{{i}}","do":"restart"}""", AdminByMqtt);
            await PublishAsync("lab/bell", "ring", keyByMqtt);
            await PublishAsync("lab/config", "secret-of-the-wifi", [.. keyByMqtt, "-r"]);
            await PublishAsync("jobs/print/events", """{"type":"progress","done":1}""", keyByMqtt);
            await PublishAsync("lab/config", "", [.. AdminByMqtt, "-r"]);
            await PublishAsync("scanners/door-1/status", $$"""{"id":"7-{{i}}","state":"online"}""", "-u", "door-1", "-P", secret);
            await PublishAsync("scanners/door-2/status", "{}", "-u", "door-1", "-P", secret);
        }

        await EventuallyAsync("PUBLISH", "lab/config");
        string[] expected =
        [
            "done admin scanners/door-1/commands restart", $"done key:{key["id"]} lab/bell ", $"done key:{key["id"]} lab/config ", "done admin lab/config ",
            "refused device:door-1 scanners/door-2/status ", "done admin scanners/door-1/commands restart",
        ];
        await Eventually.HoldsAsync(async () => (await PublishedAsync()).Count >= expected.Length, "all of them");
        Assert.That(await PublishedAsync(), Is.EqualTo(expected));
        Assert.That((await Service.GetAsync("api/audit")).ToJsonString(), Does.Not.Contain("wifi"));
    }

    [Test]
    public async Task Commands_OfTheCommandLine_AreTold_BesideARunningServiceAndAtTheNextStart()
    {
        var backup = Folder.In("copy.db");
        await Service.KillAsync();
        await using (var own = await GatewayFixture.StartAsync(Folder.Path))
        {
            Assert.That((await GatewayFixture.RunToEndAsync(Folder.Path, "sign-in", "--Data:Path", Folder.Path)).ExitCode, Is.Zero);
            Assert.That((await GatewayFixture.RunToEndAsync(Folder.Path, "backup", backup, "--Data:Path", Folder.Path)).ExitCode, Is.Zero);
            Assert.That((await GatewayFixture.RunToEndAsync(Folder.Path, "restore", backup, "--Data:Path", Folder.Path)).ExitCode, Is.Not.Zero, "it runs");
            await Eventually.HoldsAsync(() => Directory.GetFiles(Folder.Path, "command-*").Length == 0, "taken up");
        }

        Assert.That((await GatewayFixture.RunToEndAsync(Folder.Path, "backup", $"{backup}.2", "--Data:Path", Folder.Path)).ExitCode, Is.Zero);
        await StartAgainAsync();
        await Eventually.HoldsAsync(async () => (await ActsAsync()).Count(act => (string?)act["method"] == "COMMAND") == 3, "three commands");

        var told = (await ActsAsync()).Where(act => (string?)act["method"] == "COMMAND").Select(act => $"{act["path"]} {act["what"]}");
        Assert.That(told, Is.EqualTo(new[] { $"backup {backup}.2", $"backup {backup}", "sign-in admin token" }));
        Assert.That((await ActsAsync()).Select(act => (string?)act["who"]), Has.Some.EqualTo($"command line ({Environment.UserName})"));
    }

    [Test]
    public async Task Act_IsOnTheTrail_ForWhoeverLooksRightAfterIt()
    {
        for (var i = 0; i < 30; i++)
        {
            await Service.PostAsync("api/devices", new { id = $"door-{i}" });
            var newest = (await Service.GetAsync("api/audit?limit=1"))["items"]!.AsArray().SingleOrDefault();
            Assert.That((string?)newest?["what"], Is.EqualTo($"/api/devices/door-{i}"));
            using var removed = await Service.Http.DeleteAsync($"api/devices/door-{i}");
            Assert.That(await Service.Http.GetStringAsync("api/audit?format=csv"), Does.Contain($"\"DELETE\",\"/api/devices/door-{i}\""));
        }
    }

    [Test]
    public async Task Act_ThatWasAnswered_IsOnTheTrail_AfterAKillRightBehindTheAnswer()
    {
        var answered = new ConcurrentBag<string>();
        var enough = new TaskCompletionSource();
        var http = Service.Http;
        var makers = Enumerable.Range(0, 8).Select(async maker =>
        {
            for (var i = 0; await MakesAsync(http, $"door-{maker}-{i}"); i++)
            {
                answered.Add($"/api/devices/door-{maker}-{i}");
                if (answered.Count >= 100)
                {
                    enough.TrySetResult();
                }
            }
        }).ToList();
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await KillAndStartAsync();
        await Task.WhenAll(makers);

        var told = (await Service.GetAsync("api/audit?limit=1000"))["items"]!.AsArray().Select(act => (string?)act!["what"]);
        Assert.That(answered.Except(told!), Is.Empty);
    }

    [Test]
    public async Task Trail_IsOnlyAddedTo()
    {
        await Service.PostAsync("api/devices", new { id = "door-1" });
        await EventuallyAsync("POST", "/api/devices");
        var before = (await ActsAsync())[^1].ToJsonString();
        foreach (var path in new[] { "api/audit", "api/audit/trail", "api/audit/trail/events", "api/audit/trail/events/1" })
        {
            foreach (var method in new[] { "POST", "PUT", "PATCH", "DELETE" })
            {
                using var request = new HttpRequestMessage(new(method), path) { Content = JsonContent.Create(new { who = "somebody else" }) };
                using var answer = await Service.Http.SendAsync(request);
                Assert.That(answer.StatusCode, Is.AnyOf(HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed), $"{method} {path}");
            }
        }

        Assert.That((await ActsAsync())[^1].ToJsonString(), Is.EqualTo(before));
    }

    private static async Task<bool> MakesAsync(HttpClient http, string device)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync("api/devices", new { id = device });
            return answer.StatusCode == HttpStatusCode.Created;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task PublishAsync(int port, string topic, string payload, string[] credentials) =>
        await Mosquitto.PublishAsync(port, topic, payload, ["-q", "1", .. credentials]);

    private Task PublishAsync(string topic, string payload, params string[] credentials) => PublishAsync(Service.MqttPort, topic, payload, credentials);

    private async Task<List<string>> PublishedAsync() =>
    [
        .. (await ActsAsync()).Where(act => (string?)act["method"] == "PUBLISH").Reverse()
            .Select(act => $"{act["result"]} {act["who"]} {act["path"]} {act["changes"]?["do"]!["to"]}"),
    ];

    private async Task<List<JsonNode>> ActsAsync() => [.. (await Service.GetAsync("api/audit?limit=200"))["items"]!.AsArray().Select(act => act!)];

    private Task EventuallyAsync(string method, string path) => Eventually.HoldsAsync(
        async () => (await ActsAsync()).Any(act => (string?)act["method"] == method && (string?)act["path"] == path), $"{method} {path} is told");

    private HttpClient Stranger() => new() { BaseAddress = Service.Page };

    private async Task<HttpClient> SignInAsync(string user, string password)
    {
        var client = Stranger();
        using var answer = await client.PostAsJsonAsync("api/sign-in", new { user, password });
        client.DefaultRequestHeaders.Add("Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return client;
    }
}
