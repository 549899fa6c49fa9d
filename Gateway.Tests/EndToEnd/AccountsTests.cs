using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>Users, keys and kiosks from their making to their end; and that their end is felt by what they have open.</summary>
public sealed class AccountsTests() : ServiceTest(Admin)
{
    private const string Word = "correct horse battery";

    [Test]
    public async Task User_SignsInWithAPassword_AndKnowsItself()
    {
        using var ada = await SignedInAsync("ada", "viewer");
        var me = (await ada.GetFromJsonAsync<JsonNode>("api/me"))!;

        Assert.That(((string?)me["kind"], (string?)me["name"], (string?)me["role"]), Is.EqualTo(("user", "ada", "viewer")));
    }

    [TestCase("ada", "wrong word entirely")]
    [TestCase("ada", "")]
    [TestCase("ADA", Word)]
    [TestCase("nobody", Word)]
    [TestCase("admin", GatewayFixture.AdminToken)]
    public async Task SignIn_WithWhatIsNotRight_Is401(string user, string password)
    {
        await Service.PostAsync("api/users", new { name = "ada", role = "viewer", password = Word });
        using var stranger = Stranger();
        using var answer = await stranger.PostAsJsonAsync("api/sign-in", new { user, password });

        Assert.That((answer.StatusCode, answer.Headers.Contains("Set-Cookie")), Is.EqualTo((HttpStatusCode.Unauthorized, false)));
    }

    [Test]
    public async Task SignIn_ThatIsNone_IsToldWhatIsWrongWithIt()
    {
        (string Body, string Type, string Expected)[] tries =
        [
            ("", "application/json", "401 unauthenticated"), ("{}", "application/json", "401 unauthenticated"),
            ("""{"user":"ada"}""", "application/json", "401 unauthenticated"), ("""{"token":""", "application/json", "400 invalid body"),
            ("[]", "application/json", "400 invalid body"), ("""{"\ud800":1}""", "application/json", "400 invalid body"),
            ("""{"user":5,"password":"x"}""", "application/json", "400 invalid user"),
            ("""{"user":"ada","password":["x"]}""", "application/json", "400 invalid password"),
            ("""{"token":"\ud800"}""", "application/json", "400 invalid token"),
            ("token=guess", "application/x-www-form-urlencoded", "415 invalid Content-Type"),
            ($$"""{"token":"{{new string('x', 70_000)}}"}""", "application/json", "413 too_big"),
        ];
        using var stranger = Stranger();
        foreach (var (body, type, expected) in tries)
        {
            using var content = new StringContent(body, Encoding.UTF8, type);
            using var answer = await stranger.PostAsync(new Uri("api/sign-in", UriKind.Relative), content);
            var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
            Assert.That($"{(int)answer.StatusCode} {problem["code"]} {problem["field"]}".TrimEnd(), Is.EqualTo(expected), body);
        }
    }

    [Test]
    public async Task User_WithANameThatIsTaken_IsToldSo()
    {
        foreach (var name in new[] { "admin", "anonymous" })
        {
            using var answer = await Service.Http.PostAsJsonAsync("api/users", new { name, role = "admin", password = Word });
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That((string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["detail"], Does.Contain($"'{name}'").And.Not.Contain("letters"));
        }
    }

    [TestCase("name", "Ada")]
    [TestCase("name", "admin")]
    [TestCase("name", "-a")]
    [TestCase("name", "")]
    [TestCase("role", "king")]
    [TestCase("role", null)]
    [TestCase("password", "short")]
    [TestCase("password", null)]
    [Category("Slow")]
    public async Task User_WithAWrongField_IsRefusedByItsName(string field, string? value)
    {
        var body = new Dictionary<string, string?> { ["name"] = "ada", ["role"] = "viewer", ["password"] = Word, [field] = value };
        using var answer = await Service.Http.PostAsJsonAsync("api/users", body);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["field"], Is.EqualTo(field));
        Assert.That((await Service.GetAsync("api/users"))["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task User_Removed_AndMadeAgain_IsNotSignedInByTheOldCookie()
    {
        using var ada = await SignedInAsync("ada", "admin");
        await DeleteAsync("api/users/ada");
        Assert.That(await StatusAsync(ada), Is.EqualTo(HttpStatusCode.Unauthorized));
        await Service.PostAsync("api/users", new { name = "ada", role = "viewer", password = Word });

        Assert.That(await StatusAsync(ada), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test, Category("Slow")]
    public async Task Password_Changed_EndsOtherSessions_AndKeepsTheOneThatChangedIt_OverARestartToo()
    {
        using var here = await SignedInAsync("ada", "viewer");
        using var there = await SignInAsync("ada", Word);
        using var wrong = await here.PostAsJsonAsync("api/me/password", new { old = "not this one", @new = "another long word" });
        using var right = await here.PostAsJsonAsync("api/me/password", new { old = Word, @new = "another long word" });
        using var renewed = WithCookie(right);

        Assert.That((wrong.StatusCode, right.StatusCode), Is.EqualTo((HttpStatusCode.Forbidden, HttpStatusCode.NoContent)));
        Assert.That((await StatusAsync(there), await StatusAsync(renewed)), Is.EqualTo((HttpStatusCode.Unauthorized, HttpStatusCode.OK)));

        await KillAndStartAsync();
        Assert.That((await StatusAsync(there), await StatusAsync(renewed)), Is.EqualTo((HttpStatusCode.Unauthorized, HttpStatusCode.OK)));
    }

    [Test, Category("Slow")]
    public async Task User_Removed_LosesSocketStreamAndPollAtOnce()
    {
        var job = (string)(await Service.PostAsync("api/jobs", new { name = "print" }))["id"]!;
        using var ada = await SignedInAsync("ada", "viewer");
        await using var page = await OpenAsync(ada);
        await page.SubscribeAsync($"jobs/{job}");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/jobs/{job}/events") { Headers = { { "Accept", "text/event-stream" } } };
        using var stream = await ada.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var reading = stream.Content.ReadAsStringAsync();
        var polling = ada.GetAsync($"api/jobs/{job}/events?since=1&epoch={(await Service.GetAsync($"api/jobs/{job}"))["epoch"]}&wait=30");
        await Eventually.HoldsAsync(
            async () => (await Service.GetAsync($"api/jobs/{job}/receipts"))["items"]!.AsArray().Count(item => item!["connected"] is not null) >= 3,
            "all three attend");

        await DeleteAsync("api/users/ada");

        Assert.That(await page.ClosedAsync(), Is.EqualTo(4401));
        Assert.That(await reading.WaitAsync(TimeSpan.FromSeconds(15)), Does.Contain("event: subscribed"));
        Assert.That((await polling.WaitAsync(TimeSpan.FromSeconds(15))).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        await using var others = await OpenAsync(Service.Http);
        Assert.That((string?)(await others.SubscribeAsync($"jobs/{job}"))["op"], Is.EqualTo("subscribed"), "others come and go as before");
    }

    [Test]
    public async Task SignOut_EndsTheSocketsOfThatSession_AndNoOthers()
    {
        using var here = await SignedInAsync("ada", "viewer");
        using var there = await SignInAsync("ada", Word);
        await using var closing = await OpenAsync(here);
        await using var staying = await OpenAsync(there);

        using var left = await here.DeleteAsync("api/sign-in");
        Assert.That((left.StatusCode, await closing.ClosedAsync()), Is.EqualTo((HttpStatusCode.NoContent, 4401)));
        Assert.That((string?)(await staying.SubscribeAsync("jobs"))["op"], Is.EqualTo("subscribed"));
    }

    [Test]
    public async Task Key_OpensWhatItsScopesSay_AndRevokedNothing_ItsConnectionIncluded()
    {
        var key = await Service.PostAsync("api/keys", new { name = "printer", scopes = new[] { "jobs", "subscribe lab/#" } });
        string[] credentials = ["-V", "mqttv5", "-d", "-u", "any", "-P", (string)key["secret"]!];
        Assert.That((await Service.GetAsync("api/keys")).ToJsonString(), Does.Contain("printer").And.Not.Contain((string)key["secret"]!));
        using var connection = await ConnectAsync((string)key["secret"]!);

        await DeleteAsync($"api/keys/{key["id"]}");

        var read = await connection.GetStream().ReadAsync(new byte[1], new CancellationTokenSource(TimeSpan.FromSeconds(15)).Token);
        Assert.That(read, Is.Zero, "the connection is closed");
        Assert.That(await Mosquitto.PublishAsync(Service.MqttPort, "jobs/a/events", "{}", credentials), Does.Contain("Not authorized").IgnoreCase);
        using var service = Stranger();
        service.DefaultRequestHeaders.Authorization = new("Bearer", (string)key["secret"]!);
        Assert.That(await StatusAsync(service), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Key_WithAScopeThatIsNone_IsRefused()
    {
        using var answer = await Service.Http.PostAsJsonAsync("api/keys", new { name = "x", scopes = new[] { "jobs", "users" } });

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("\"field\":\"scopes\"").And.Contain("users"));
    }

    [Test]
    public async Task Repeat_UnderTheSameIdempotencyKey_ShowsNoSecretAgain()
    {
        var answers = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/keys")
            {
                Headers = { { "Idempotency-Key", "once" } },
                Content = JsonContent.Create(new { name = "x", scopes = new[] { "jobs" } }),
            };
            using var answer = await Service.Http.SendAsync(request);
            answers.Add($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        Assert.That((answers[0][..3], answers[1]), Is.EqualTo(("201", answers[1])));
        Assert.That(answers[1], Does.StartWith("409").And.Contain("already_done").And.Not.Contain("gwk_"));
        Assert.That((await Service.GetAsync("api/keys"))["items"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Kiosk_IsPairedByTheCodeOnItsScreen_OnceAndByNoOtherScreen()
    {
        await Service.PostAsync("api/devices", new { id = "door-1" });
        using var screen = Stranger();
        using var other = Stranger();
        var pairing = await BeginAsync(screen);
        var foreign = await BeginAsync(other);
        Assert.That((await AskAsync(screen, pairing)).Text, Does.Contain("waiting"));
        var typed = $"{(string)pairing["code"]!}".ToLowerInvariant().Insert(4, "-");
        var kiosk = await Service.PostAsync("api/kiosks", new { code = typed, device = "door-1", name = "By the door" });
        await Service.PostAsync("api/kiosks", new { code = typed, device = "door-1" }, HttpStatusCode.NotFound);

        using var stolen = await other.PostAsJsonAsync($"api/kiosks/pairings/{pairing["code"]}", new { secret = (string)foreign["secret"]! });
        Assert.That(stolen.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        var (status, text, cookie) = await AskAsync(screen, pairing);
        Assert.That((status, text), Is.EqualTo((HttpStatusCode.OK, $$"""{"state":"paired","kiosk":"{{kiosk["id"]}}","scanner":"door-1"}""")));
        Assert.That((await AskAsync(screen, pairing)).Status, Is.EqualTo(HttpStatusCode.NotFound), "handed out once");

        screen.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.That(await StatusAsync(screen), Is.EqualTo(HttpStatusCode.OK));
        await DeleteAsync($"api/kiosks/{kiosk["id"]}");
        Assert.That(await StatusAsync(screen), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Kiosk_OfAScannerThatIsNone_IsNotMade_AndTheCodeGoesOn()
    {
        using var screen = Stranger();
        var pairing = await BeginAsync(screen);
        await Service.PostAsync("api/kiosks", new { code = (string)pairing["code"]!, device = "door-1" }, HttpStatusCode.NotFound);

        Assert.That((await AskAsync(screen, pairing)).Text, Does.Contain("waiting"));
        Assert.That((await Service.GetAsync("api/kiosks"))["items"]!.AsArray(), Is.Empty);
    }

    [Test, Category("Slow")]
    public async Task Passwords_GuessedAtSpeed_AreSlowed_ForTheGuessedUserAlone()
    {
        await Service.PostAsync("api/users", new { name = "bob", role = "viewer", password = Word });
        using var ada = await SignedInAsync("ada", "viewer");
        using var stranger = Stranger();
        HttpResponseMessage? limited = null;
        for (var i = 0; i < 30 && limited is null; i++)
        {
            var answer = await stranger.PostAsJsonAsync("api/sign-in", new { user = "bob", password = $"guess number {i}" });
            limited = answer.StatusCode == HttpStatusCode.TooManyRequests ? answer : null;
        }

        Assert.That(limited!.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(await limited.Content.ReadAsStringAsync(), Does.Contain("\"code\":\"limited\""));
        using var again = await SignInAsync("ada", Word);
        Assert.That(await StatusAsync(again), Is.EqualTo(HttpStatusCode.OK));
    }

    /// <summary>An MQTT 3.1.1 connection, accepted.</summary>
    private async Task<TcpClient> ConnectAsync(string password)
    {
        var client = new TcpClient("127.0.0.1", Service.MqttPort);
        byte[] body = [0, 4, .. "MQTT"u8, 4, 0xC2, 0, 60, 0, 1, (byte)'x', 0, 1, (byte)'u', 0, (byte)password.Length, .. Encoding.UTF8.GetBytes(password)];
        await client.GetStream().WriteAsync(new byte[] { 0x10, (byte)body.Length }.Concat(body).ToArray());
        var answer = new byte[4];
        await client.GetStream().ReadExactlyAsync(answer, new CancellationTokenSource(TimeSpan.FromSeconds(15)).Token);
        Assert.That(answer[3], Is.Zero);
        return client;
    }

    private async Task<ManualPage> OpenAsync(HttpClient client)
    {
        using var ticket = await client.PostAsJsonAsync("api/tickets", new { });
        return await ManualPage.OpenAsync(Service, (string)(await ticket.Content.ReadFromJsonAsync<JsonNode>())!["ticket"]!);
    }

    private HttpClient Stranger() => new() { BaseAddress = Service.Page };

    private async Task<HttpClient> SignedInAsync(string name, string role)
    {
        await Service.PostAsync("api/users", new { name, role, password = Word });
        return await SignInAsync(name, Word);
    }

    private async Task<HttpClient> SignInAsync(string user, string password)
    {
        using var stranger = Stranger();
        using var answer = await stranger.PostAsJsonAsync("api/sign-in", new { user, password });
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        return WithCookie(answer);
    }

    private HttpClient WithCookie(HttpResponseMessage answer)
    {
        var client = Stranger();
        client.DefaultRequestHeaders.Add("Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return client;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("api/me");
        return answer.StatusCode;
    }

    private async Task DeleteAsync(string path)
    {
        using var answer = await Service.Http.DeleteAsync(path);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
    }

    private static async Task<JsonNode> BeginAsync(HttpClient screen)
    {
        using var answer = await screen.PostAsync("api/kiosks/pairings", null);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private static async Task<(HttpStatusCode Status, string Text, string Cookie)> AskAsync(HttpClient screen, JsonNode pairing)
    {
        using var answer = await screen.PostAsJsonAsync($"api/kiosks/pairings/{pairing["code"]}", new { secret = (string)pairing["secret"]! });
        var cookie = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single().Split(';')[0] : "";
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), cookie);
    }
}
