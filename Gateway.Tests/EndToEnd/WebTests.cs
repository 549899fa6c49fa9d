using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>What comes from elsewhere: foreign pages, proxies, and clients that mean no good.</summary>
public sealed class WebTests : FolderTest
{
    [Test]
    public async Task Origin_ThatWasNamed_MayCallConnectAndEmbed_AndNoOther()
    {
        await using var service = await StartAsync("--Http:Origins:0", "https://school.example");
        foreach (var (origin, isNamed) in new[] { ("https://school.example", true), ("https://evil.example", false), ("null", false) })
        {
            using var preflight = await SendAsync(service, HttpMethod.Options, "api/jobs", ("Origin", origin), ("Access-Control-Request-Method", "POST"));
            using var get = await SendAsync(service, HttpMethod.Get, "api/jobs", ("Origin", origin));
            var expected = isNamed ? (HttpStatusCode.NoContent, HttpStatusCode.OK) : (HttpStatusCode.Forbidden, HttpStatusCode.Forbidden);
            Assert.That((preflight.StatusCode, get.StatusCode), Is.EqualTo(expected), origin);
            Assert.That(get.Headers.Contains("Access-Control-Allow-Origin"), Is.EqualTo(isNamed), origin);
            Assert.That(get.Headers.Contains("Access-Control-Allow-Credentials"), Is.False, origin);
            Assert.That(get.Headers.GetValues("Content-Security-Policy").Single(), Does.EndWith("frame-ancestors https://school.example"));
            foreach (var path in new[] { "ws", "mqtt" })
            {
                using var socket = new ClientWebSocket();
                socket.Options.AddSubProtocol("mqtt");
                socket.Options.SetRequestHeader("Origin", origin);
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
                var connecting = socket.ConnectAsync(new($"ws://127.0.0.1:{service.HttpPort}/{path}"), patience.Token);
                Assert.That(async () => await connecting, isNamed ? Throws.Nothing : Throws.InstanceOf<WebSocketException>().With.Message.Contains("403"));
            }
        }
    }

    [TestCase("/api/jobs")]
    [TestCase("/ws")]
    [TestCase("/mqtt")]
    [TestCase("/")]
    public async Task Host_ThatIsNotOurs_Is403(string path)
    {
        await using var service = await StartAsync();
        var answer = await RawAsync(service.HttpPort, $"GET {path} HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n");

        Assert.That(answer, Does.StartWith("HTTP/1.1 403"));
    }

    [TestCase("GET /healthz HTTP/1.1\r\nHost: 1\r\n", 403)]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: 0x7f000001\r\n", 403)]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: user@localhost\r\n", 400, 403)]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n", 400)]
    [TestCase("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: rebound.example\r\n", 400)]
    [TestCase("GET /healthz HTTP/1.1\r\n", 400)]
    [TestCase("GET /healthz HTTP/1.1\r\nHost:\r\n", 403)]
    [TestCase("GET /healthz HTTP/1.0\r\n", 403)]
    [TestCase("GET http://rebound.example/healthz HTTP/1.1\r\nHost: localhost\r\n", 400)]
    [TestCase("GET http://localhost/healthz HTTP/1.1\r\nHost: rebound.example\r\n", 400)]
    [TestCase("GET http://rebound.example/healthz HTTP/1.1\r\nHost: rebound.example\r\n", 403)]
    [TestCase("GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n", 200)]
    [TestCase("OPTIONS * HTTP/1.1\r\nHost: rebound.example\r\n", 403)]
    [Category("Slow")]
    public async Task Host_IsTheOneThatCounts_HoweverTheRequestIsWritten(string request, params int[] expected)
    {
        await using var service = await StartAsync();
        var answer = await RawAsync(service.HttpPort, $"{request}Connection: close\r\n\r\n");

        Assert.That(expected, Does.Contain(int.Parse(answer["HTTP/1.1 ".Length..][..3])), answer);
    }

    [Test]
    public async Task Origin_OfOurOwnHost_MayBeSaferThanTheService_AndNeverLess()
    {
        await using var service = await StartAsync("--Http:Proxies:0", "127.0.0.1");
        var own = $"127.0.0.1:{service.HttpPort}";
        foreach (var (origin, served, expected) in new[]
        {
            ($"http://{own}", "http", HttpStatusCode.OK), ($"https://{own}", "https", HttpStatusCode.OK), ($"https://{own}", "http", HttpStatusCode.OK),
            ($"http://{own}", "https", HttpStatusCode.Forbidden), ("http://127.0.0.1", "http", HttpStatusCode.Forbidden),
            ($"ws://{own}", "http", HttpStatusCode.Forbidden), ($"http://x@{own}", "http", HttpStatusCode.Forbidden),
            ($"http://{own}.evil.example", "http", HttpStatusCode.Forbidden), ($"http://localhost:{service.HttpPort}", "http", HttpStatusCode.Forbidden),
        })
        {
            using var answer = await SendAsync(service, HttpMethod.Get, "api/jobs", ("Origin", origin), ("X-Forwarded-Proto", served));
            Assert.That(answer.StatusCode, Is.EqualTo(expected), $"{origin} to {served}");
        }
    }

    [Test, Category("Slow")]
    public async Task ForwardedHeaders_CountFromANamedProxyAlone()
    {
        string[] settings = ["--Limits:Loopback", "true", "--Limits:HttpRate", "1", "--Limits:HttpBurst", "3"];
        await using var trusting = await StartAsync([.. settings, "--Http:Proxies:0", "127.0.0.1/32"]);
        await using var wary = await GatewayFixture.StartAsync(Folder.In("wary"), settings);
        var others = new List<HttpStatusCode>();
        for (var i = 0; i < 8; i++)
        {
            others.Add((await SendAsync(trusting, HttpMethod.Get, "healthz", ("X-Forwarded-For", $"203.0.113.{i}"))).StatusCode);
        }

        var same = new List<HttpStatusCode>();
        for (var i = 0; i < 8; i++)
        {
            same.Add((await SendAsync(wary, HttpMethod.Get, "healthz", ("X-Forwarded-For", $"203.0.113.{i}"))).StatusCode);
        }

        Assert.That(others, Is.All.EqualTo(HttpStatusCode.OK), "each is another client");
        Assert.That(same, Has.Some.EqualTo(HttpStatusCode.TooManyRequests), "what it says of itself is not looked at");
    }

    [Test]
    public async Task AdminToken_FromAfarThroughAProxy_IsNotTaken_ButOverTlsItIs()
    {
        await using var service = await StartAsync("--Http:Proxies:0", "127.0.0.1");
        using var plain = await SendAsync(service, HttpMethod.Get, "api/jobs", ("X-Forwarded-For", "203.0.113.9"));
        using var secure = await SendAsync(service, HttpMethod.Get, "api/jobs", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"));

        Assert.That((plain.StatusCode, secure.StatusCode), Is.EqualTo((HttpStatusCode.Unauthorized, HttpStatusCode.OK)));
    }

    [TestCase("GET /../appsettings.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [TestCase("GET /%2e%2e/appsettings.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [TestCase("GET /..%5cappsettings.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [TestCase("GET /css/..%2f..%2fappsettings.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [TestCase("GET //etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [TestCase("GET /css/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")]
    [Category("Slow")]
    public async Task Path_ThatLeavesThePages_IsNothing(string request)
    {
        await using var service = await StartAsync();
        var answer = await RawAsync(service.HttpPort, request);

        Assert.That(answer, Does.Match("^HTTP/1.1 (404|400|401)").And.Not.Contain("Serilog").And.Not.Contain("root:").And.Not.Contain("Server:"));
    }

    [Test]
    public async Task Request_ThatIsTooMuch_IsRefusedWithoutAWordOfOurInsides()
    {
        await using var service = await StartAsync();
        var deep = string.Concat(Enumerable.Repeat("[", 500)) + string.Concat(Enumerable.Repeat("]", 500));
        using var nested = await service.Http.PostAsync("api/jobs", new StringContent($$"""{"name":"x","data":{{deep}}}""", Encoding.UTF8, "application/json"));
        using var much = new HttpRequestMessage(HttpMethod.Post, "api/jobs") { Headers = { ExpectContinue = true } };
        much.Content = new StringContent(new string('x', 2_000_000), Encoding.UTF8, "application/json");
        using var big = await service.Http.SendAsync(much);
        using var form = await service.Http.PostAsync("api/jobs", new FormUrlEncodedContent([new("name", "x")]));
        var headers = await RawAsync(service.HttpPort, $"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 40_000)}\r\n\r\n");

        Assert.That(nested.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(big.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(form.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        Assert.That(headers, Does.StartWith("HTTP/1.1 431"));
        foreach (var answer in new[] { nested, big, form })
        {
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Not.Contain("   at ").And.Not.Contain("System."));
        }
    }

    [TestCase("application/json; charset=utf-8", HttpStatusCode.Created)]
    [TestCase("Application/JSON; charset=\"UTF-8\"", HttpStatusCode.Created)]
    [TestCase("application/json; charset=iso-8859-1", HttpStatusCode.UnsupportedMediaType)]
    [TestCase("application/json-patch+json", HttpStatusCode.UnsupportedMediaType)]
    [TestCase("text/plain", HttpStatusCode.UnsupportedMediaType)]
    public async Task Body_IsTaken_OnlyAsApplicationJson(string type, HttpStatusCode expected)
    {
        await using var service = await StartAsync();
        using var body = new StringContent("""{"name":"x"}""");
        body.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
        using var answer = await service.Http.PostAsync("api/jobs", body);

        Assert.That(answer.StatusCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task Error_IsAProblemDocument_WhateverThePath()
    {
        await using var service = await StartAsync();
        (string Request, string Expected)[] tries =
        [
            ("GET /nothing.html", "404 unknown_path"), ("GET /js/", "404 unknown_path"), ("POST /", "404 unknown_path"), ("POST /healthz", "405 invalid"),
            ("PUT /metrics", "405 invalid"), ("POST /openapi.json", "405 invalid"), ("GET /mqtt", "400 invalid"), ("GET /api/nothing", "404 unknown_path"),
        ];
        foreach (var (line, expected) in tries)
        {
            using var request = new HttpRequestMessage(new(line.Split(' ')[0]), new Uri(line.Split(' ')[1], UriKind.Relative));
            using var answer = await service.Http.SendAsync(request);
            Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"), line);
            var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
            Assert.That(($"{problem["status"]} {problem["code"]}", (int)answer.StatusCode), Is.EqualTo((expected, (int)problem["status"]!)), line);
        }
    }

    [Test]
    public async Task Head_IsAnsweredToWhoWatches_AsGetIs_WithoutABody()
    {
        await using var service = await StartAsync();
        foreach (var path in new[] { "healthz", "readyz", "metrics", "openapi.json", "" })
        {
            using var answer = await SendAsync(service, HttpMethod.Head, path);
            Assert.That((answer.StatusCode, await answer.Content.ReadAsStringAsync()), Is.EqualTo((HttpStatusCode.OK, "")), path);
        }
    }

    [Test]
    public async Task Trail_TellsWhoDidWhatFromWhere_AlsoForASpreadsheet()
    {
        await using var service = await StartAsync();
        await service.PostAsync("api/devices", new { id = "door-1" });
        await service.PostAsync("api/users", new { name = "ada", role = "viewer", password = "correct horse battery" });
        await service.PostAsync("api/users", new { name = "ada", role = "viewer", password = "correct horse battery" }, HttpStatusCode.Conflict);
        using var signedIn = await service.Http.PostAsJsonAsync("api/sign-in", new { user = "ada", password = "correct horse battery" });
        await Eventually.HoldsAsync(async () => (await service.GetAsync("api/audit"))["items"]!.AsArray().Count == 3, "three acts");
        var items = (await service.GetAsync("api/audit?limit=2"));
        var older = await service.GetAsync($"api/audit?before={items["next"]}");
        var csv = await service.Http.GetStringAsync("api/audit?format=csv");

        Assert.That(
            items["items"]!.AsArray().Concat(older["items"]!.AsArray()).Select(act => $"{act!["who"]} {act["method"]} {act["what"]} {act["remote"]}"),
            Is.EqualTo(new[]
            {
                "user:ada POST /api/sign-in 127.0.0.1", "admin POST /api/users/ada 127.0.0.1", "admin POST /api/devices/door-1 127.0.0.1",
            }));
        Assert.That(csv.Split("\r\n"), Has.Length.EqualTo(5));
        Assert.That(csv, Does.Contain(",\"admin\",\"POST\",\"/api/devices\",\"/api/devices/door-1\",\"201\",\"127.0.0.1\",\"done\",\"site: - > main\",\"\""));
    }

    [Test, Category("Slow")]
    public async Task Secrets_OfAWholeRun_AreInNoLogFigureErrorOrFile()
    {
        await using var service = await StartAsync("--Serilog:MinimumLevel:Default", "Verbose");
        const string Word = "correct horse battery";
        const string Wrong = "a-password-that-is-wrong";
        var device = (string)(await service.PostAsync("api/devices", new { id = "door-1" }))["secret"]!;
        var key = (string)(await service.PostAsync("api/keys", new { name = "k", scopes = new[] { "jobs" } }))["secret"]!;
        await service.PostAsync("api/users", new { name = "ada", role = "viewer", password = Word });
        var ticket = (string)(await service.PostAsync("api/tickets", new { }))["ticket"]!;
        var cookies = new List<string>();
        var errors = new StringBuilder();
        foreach (var body in new object[] { new { user = "ada", password = Word }, new { user = "ada", password = Wrong }, new { token = Wrong } })
        {
            using var answer = await service.Http.PostAsJsonAsync("api/sign-in", body);
            errors.Append(await answer.Content.ReadAsStringAsync());
            cookies.AddRange(answer.Headers.TryGetValues("Set-Cookie", out var set) ? set.Select(cookie => cookie.Split('=', ';')[1]) : []);
        }

        await using (var page = await ManualPage.OpenAsync(service, ticket))
        {
            await page.SubscribeAsync("jobs");
        }

        string[] scanner = ["-u", "door-1", "-P", device];
        await using var commands = Mosquitto.Listen(service.MqttPort, "scanners/door-1/commands", scanner);
        errors.Append(await new ScannerByHand(() => service.MqttPort, "door-1", scanner).StatusAsync());
        await Eventually.HoldsAsync(async () => (bool)(await service.GetAsync("api/devices/door-1"))["state"]!["online"]!, "online");
        var webhook = (string)(await service.PostAsync("api/webhooks", new { url = "http://127.0.0.1:9/" }))["secret"]!;
        var pairing = await service.PostAsync("api/kiosks/pairings", new { });
        errors.Append(await Mosquitto.PublishAsync(service.MqttPort, "scanners/door-1/status", "{}", "-u", "door-1", "-P", Wrong));
        errors.Append(await Mosquitto.PublishAsync(service.MqttPort, "jobs/a/events", "{}", "-u", "k", "-P", key));
        errors.Append(await service.Http.GetStringAsync("metrics")).Append(await service.Http.GetStringAsync("api/quarantine"));
        errors.Append(await service.Http.GetStringAsync("api/audit")).Append(await service.Http.GetStringAsync("api/keys"));
        errors.Append(await service.Http.GetStringAsync("api/connections")).Append(await service.Http.GetStringAsync("api/devices"));
        errors.Append(await service.Http.GetStringAsync("api/webhooks")).Append(await service.Http.GetStringAsync("api/kiosks"));
        var enrollment = (string)(await service.PostAsync("api/enrollments", new { device = "door-1", person = "Ada", start = "now" }))["id"]!;
        errors.Append(await service.Http.GetStringAsync($"api/enrollments/{enrollment}/trace"));

        string[] secrets =
        [
            device, key, Word, Wrong, ticket, webhook, webhook["whsec_".Length..], (string)pairing["secret"]!, GatewayFixture.AdminToken, .. cookies,
        ];
        foreach (var secret in secrets)
        {
            Assert.That(service.Output, Does.Not.Contain(secret));
            Assert.That(errors.ToString(), Does.Not.Contain(secret));
            Assert.That(Folder.Holds(secret), Is.False);
        }

        Assert.That((cookies, Folder.Holds("door-1")), Is.EqualTo((cookies, true)), "the search finds what is there");
        Assert.That(cookies, Has.Count.EqualTo(1));
    }

    private Task<GatewayFixture> StartAsync(params string[] arguments) =>
        GatewayFixture.StartAsync(Folder.Path, ["--Access:AdminToken", GatewayFixture.AdminToken, .. arguments]);

    private static async Task<HttpResponseMessage> SendAsync(
        GatewayFixture service, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await service.Http.SendAsync(request);
    }

    private static async Task<string> RawAsync(int port, string request)
    {
        using var stranger = await Stranger.ConnectAsync(port);
        await stranger.SendAsync(request);
        return await stranger.RestAsync();
    }
}
