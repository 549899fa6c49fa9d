using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Tests.Access;

namespace Gateway.Tests.EndToEnd;

/// <summary>Every row of docs/security.md by every identity, over the way that the row names, on a running service.</summary>
[Category("Slow")]
public sealed class RightsTableTests
{
    private const string Word = "a long enough password";

    private readonly Dictionary<string, HttpClient> _clients = [];
    private readonly Dictionary<string, string[]> _mqtt = [];
    private SomeFolder _folder = null!;
    private GatewayFixture _service = null!;
    private Mosquitto.Listener _one = null!;
    private Mosquitto.Listener _two = null!;
    private string _first = "";
    private string _second = "";
    private string[] _rooms = [];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new();
        _service = await GatewayFixture.StartAsync(_folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
        (_one, _mqtt["scanner"]) = await ScannerAsync("door-1");
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"door-1:{_mqtt["scanner"][3]}"));
        _clients["scanner"] = new() { BaseAddress = _service.Page, DefaultRequestHeaders = { Authorization = new("Basic", basic) } };
        (_two, _) = await ScannerAsync("door-2");
        await RegisterAsync("bea");
        _first = await EnrollAsync("door-1");
        _second = await EnrollAsync("door-2");
        _clients["operator"] = await SignInAsync("operator");
        _clients["viewer"] = await SignInAsync("viewer");
        _mqtt["operator"] = ["-u", "operator", "-P", Word];
        _mqtt["viewer"] = ["-u", "viewer", "-P", Word];
        _clients["kiosk"] = await PairAsync("door-1");
        _rooms = [await RoomAsync(_clients["kiosk"]), await RoomAsync(_service.Http), await RoomAsync(_service.Http)];
        await _service.PostAsync($"/api/rooms/{_rooms[2]}/participants", new { user = "viewer" });
        _clients["nobody"] = new() { BaseAddress = _service.Page };
        _mqtt["nobody"] = [];
        foreach (var scope in RightsTable.Rows.Select(row => row.Scope).OfType<string>().Distinct())
        {
            await AddKeyAsync($"key {scope}", scope.Length == 0 ? [] : [scope]);
        }

        await AddKeyAsync("key", []);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        await _service.DisposeAsync();
        _folder.Dispose();
    }

    private static IEnumerable<TestCaseData> Rows() =>
        RightsTable.Rows.Select((row, index) => new TestCaseData(index).SetArgDisplayNames(row.ToString()));

    [TestCaseSource(nameof(Rows))]
    public async Task Row_IsWhatTheServiceDoes(int index)
    {
        var row = RightsTable.Rows[index];
        Assert.That(await MayAsync(row, "operator"), Is.EqualTo(row.Operator), "operator");
        Assert.That(await MayAsync(row, "viewer"), Is.EqualTo(row.Viewer), "viewer");
        Assert.That(await MayAsync(row, "nobody"), Is.EqualTo(row.Nobody), "nobody");
        Assert.That(await MayAsync(row, "key"), Is.EqualTo(row.Scope is ""), "a key without scopes");
        if (row.Scope is { } scope)
        {
            Assert.That(await MayAsync(row, $"key {scope}"), Is.True, $"a key with {scope}");
        }

        Assert.That(await MayAsync(row, "scanner"), Is.EqualTo(row.Scanner), "scanner");
        if (row.Verb is not ("publish" or "subscribe"))
        {
            Assert.That(await MayAsync(row, "kiosk"), Is.EqualTo(row.Kiosk), "kiosk");
        }
    }

    [Test]
    public async Task Kiosk_AsksForAnEnrollment_OnItsOwnScannerAlone()
    {
        using var foreign = await _clients["kiosk"].PostAsJsonAsync("api/enrollments", new { device = "door-2", person = "Ada" });
        using var own = await _clients["kiosk"].PostAsJsonAsync("api/enrollments", new { device = "door-1", person = "Ada" });

        Assert.That((foreign.StatusCode, own.StatusCode), Is.EqualTo((HttpStatusCode.Forbidden, HttpStatusCode.Conflict)).Or.EqualTo(
            (HttpStatusCode.Forbidden, HttpStatusCode.Created)));
    }

    [TestCase("/api/people/ada")]
    [TestCase("/api/people/ada/../bea")]
    [TestCase("/api/people/ada/%2e%2e/bea")]
    [TestCase("/api/people/ada%2f..%2fbea")]
    [TestCase("/api/people/./ada/../bea")]
    [TestCase("/api/people/bea/../ada")]
    [TestCase("/api/%70eople/bea?/api/people/ada")]
    [TestCase("/%61pi/people/bea/?x=/api/people/ada")]
    [TestCase("/api/enrollments/../people/ada")]
    [TestCase("/API/PEOPLE/ada")]
    [TestCase("/api/people/ada/")]
    [TestCase("/api//people/ada")]
    [TestCase("//api/people/ada")]
    [TestCase("/api/people/ada;bea")]
    [TestCase("/api/people/%61da")]
    [TestCase("/api/people/%2561da")]
    [TestCase("http://localhost/api/people/ada/../bea")]
    [TestCase("http://localhost/api/people/bea/../ada")]
    public async Task Kiosk_BySomeOtherWayToWriteThePath_ReadsNobodyElse(string target)
    {
        var cookie = _clients["kiosk"].DefaultRequestHeaders.GetValues("Cookie").Single();
        using var stranger = await Stranger.ConnectAsync(_service.HttpPort);
        await stranger.SendAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
        var answer = await stranger.RestAsync();

        Assert.That(answer, Does.Not.Contain("\"id\":\"ada\""));
        Assert.That(answer, target.Contains("%70") || target.Contains("%61pi") ? Does.Contain("\"id\":\"bea\"") : Does.Match("^HTTP/1.1 40[0134]"));
    }

    [TestCase("GET", "X-HTTP-Method-Override", "DELETE")]
    [TestCase("POST", "X-HTTP-Method-Override", "DELETE")]
    [TestCase("POST", "X-Method-Override", "DELETE")]
    public async Task Method_IsTheOneOfTheRequest(string method, string header, string wanted)
    {
        using var request = new HttpRequestMessage(new(method), "api/users/viewer?_method=DELETE") { Headers = { { header, wanted } } };
        using var answer = await _service.Http.SendAsync(request);

        Assert.That((await _service.GetAsync("api/users/viewer"))["name"], Is.Not.Null, $"{answer.StatusCode}");
    }

    [Test]
    public async Task Ticket_ForSomebodyElse_IsForAdminAndServices()
    {
        foreach (var (who, expected) in new[] { ("operator", HttpStatusCode.Forbidden), ("kiosk", HttpStatusCode.Forbidden), ("key", HttpStatusCode.Created) })
        {
            using var answer = await _clients[who].PostAsJsonAsync("api/tickets", new { user = "bob", role = "teacher" });
            Assert.That(answer.StatusCode, Is.EqualTo(expected), who);
        }
    }

    private async Task<bool> MayAsync(RightsRow row, string who)
    {
        var what = row.What.Replace("E1", _first, StringComparison.Ordinal).Replace("E2", _second, StringComparison.Ordinal)
            .Replace("R1", _rooms[0], StringComparison.Ordinal).Replace("R2", _rooms[1], StringComparison.Ordinal)
            .Replace("R3", _rooms[2], StringComparison.Ordinal);
        return row.Verb switch
        {
            "publish" => IsTaken(await Mosquitto.PublishAsync(_service.MqttPort, what, "{}", ["-V", "mqttv5", "-d", .. _mqtt[who]])),
            "subscribe" => IsTaken(await Mosquitto.AskAsync(_service.MqttPort, what, ["-V", "mqttv5", "-d", .. _mqtt[who]])),
            "follow" => await MayAskAsync(_clients[who], new { op = "subscribe", id = 1, channel = what }),
            "say" => await MayAskAsync(_clients[who], new { op = "publish", id = 1, channel = what, data = "hello" }),
            // Signed in they are to stay.
            "DELETE" when what == "/api/sign-in" => await MayRequestAsync(_clients["nobody"], row.Verb, what),
            _ => await MayRequestAsync(_clients[who], row.Verb, what),
        };
    }

    private static bool IsTaken(string said) => !said.Contains("(135)", StringComparison.Ordinal) && !said.Contains("RC:135", StringComparison.Ordinal)
        && !said.Contains("Subscribed (mid: 1): 135", StringComparison.Ordinal) && !said.Contains("not authorised", StringComparison.OrdinalIgnoreCase)
        && !said.Contains("Not authorized", StringComparison.Ordinal);

    private async Task<bool> MayAskAsync(HttpClient client, object frame)
    {
        using var answer = await client.PostAsJsonAsync("api/tickets", new { });
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            return false;
        }

        var ticket = (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["ticket"]!;
        await using var page = await ManualPage.OpenAsync(_service, ticket);
        await page.SendAsync(frame);
        var reply = await page.NextAsync("subscribed", "published", "error");
        return (string?)reply["code"] != "forbidden";
    }

    private static async Task<bool> MayRequestAsync(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new(method), path.TrimStart('/'));
        if (method is not "GET" and not "DELETE")
        {
            request.Content = JsonContent.Create(new { });
        }

        if (path == "/metrics")
        {
            // From this machine anybody may look; a proxy's visitors are not this machine.
            request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        }

        using var answer = await client.SendAsync(request);
        var isWithout = client.DefaultRequestHeaders.Authorization?.Scheme != "Bearer" && !client.DefaultRequestHeaders.Contains("Cookie");
        Assert.That(answer.StatusCode, Is.Not.EqualTo(HttpStatusCode.InternalServerError));
        if ((method, path) == ("POST", "/api/sign-in"))
        {
            // Everybody may try; an empty try fails.
            return answer.StatusCode == HttpStatusCode.Unauthorized;
        }

        Assert.That(answer.StatusCode, isWithout ? Is.Not.EqualTo(HttpStatusCode.Forbidden) : Is.Not.EqualTo(HttpStatusCode.Unauthorized));
        return answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
    }

    private async Task<(Mosquitto.Listener Listener, string[] Credentials)> ScannerAsync(string device)
    {
        var secret = (string)(await _service.PostAsync("api/devices", new { id = device }))["secret"]!;
        string[] credentials = ["-u", device, "-P", secret];
        var listener = Mosquitto.Listen(_service.MqttPort, $"scanners/{device}/commands", credentials);
        await new ScannerByHand(() => _service.MqttPort, device, credentials).StatusAsync();
        await Eventually.HoldsAsync(async () => (bool)(await _service.GetAsync($"api/devices/{device}"))["state"]!["online"]!, "online");
        return (listener, credentials);
    }

    private async Task RegisterAsync(string person)
    {
        var enrollment = (string)(await _service.PostAsync("api/enrollments", new { device = "door-1", person, scans = 1, start = "now" }))["id"]!;
        var scanner = new ScannerByHand(() => _service.MqttPort, "door-1", _mqtt["scanner"]);
        await scanner.ScanAsync(enrollment, 1, id: "8-1", of: 1);
        await scanner.ResultAsync(enrollment, id: "8-2");
    }

    private static async Task<string> RoomAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("api/rooms", new { name = "Help at the door" });
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
    }

    private async Task<string> EnrollAsync(string device) =>
        (string)(await _service.PostAsync("api/enrollments", new { device, person = "Ada", start = "now" }))["id"]!;

    private async Task<HttpClient> SignInAsync(string role)
    {
        await _service.PostAsync("api/users", new { name = role, role, password = Word });
        var client = new HttpClient { BaseAddress = _service.Page };
        using var answer = await client.PostAsJsonAsync("api/sign-in", new { user = role, password = Word });
        return WithCookie(client, answer);
    }

    private async Task<HttpClient> PairAsync(string device)
    {
        var screen = new HttpClient { BaseAddress = _service.Page };
        using var begun = await screen.PostAsync("api/kiosks/pairings", null);
        var pairing = (await begun.Content.ReadFromJsonAsync<JsonNode>())!;
        await _service.PostAsync("api/kiosks", new { code = (string)pairing["code"]!, device });
        using var paired = await screen.PostAsJsonAsync($"api/kiosks/pairings/{pairing["code"]}", new { secret = (string)pairing["secret"]! });
        return WithCookie(screen, paired);
    }

    private static HttpClient WithCookie(HttpClient client, HttpResponseMessage answer)
    {
        Assert.That(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        client.DefaultRequestHeaders.Add("Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return client;
    }

    private async Task AddKeyAsync(string name, string[] scopes)
    {
        var key = (string)(await _service.PostAsync("api/keys", new { name, scopes }))["secret"]!;
        _clients[name] = new() { BaseAddress = _service.Page, DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
        _mqtt[name] = ["-u", "service", "-P", key];
    }
}
