using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>Cookies of signed-in pages: made by the service alone, good the way they were given, and over when they are said to be.</summary>
public sealed class SessionTests() : ServiceTest([.. Admin, "--Http:Proxies:0", "127.0.0.1"])
{
    private const string Word = "correct horse battery";
    private const string Plain = "gateway-session";
    private const string Secure = "__Host-gateway-session";

    [SetUp]
    public async Task MakeUserAsync() => await Service.PostAsync("api/users", new { name = "ada", role = "viewer", password = Word });

    [TestCase(false)]
    [TestCase(true)]
    public async Task Cookie_IsGoodTheWayItWasGiven_AndTheOtherWayByNoName(bool isTls)
    {
        var value = await SignInAsync(isTls);
        foreach (var name in new[] { Plain, Secure })
        {
            var expected = name == (isTls ? Secure : Plain) ? HttpStatusCode.OK : HttpStatusCode.Unauthorized;
            Assert.That(await StatusAsync(isTls, $"{name}={value}"), Is.EqualTo(expected), name);
            Assert.That(await StatusAsync(!isTls, $"{name}={value}"), Is.EqualTo(HttpStatusCode.Unauthorized), name);
        }

        Assert.That(await StatusAsync(!isTls, $"{Plain}={value}; {Secure}={value}"), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Session_ThatIsThereBeforeSigningIn_IsOverAfterwards_WhoeverPutItThere()
    {
        var planted = await SignInAsync(isTls: false);
        await using var page = await OpenAsync(planted);
        await Service.PostAsync("api/users", new { name = "bob", role = "operator", password = Word });

        var own = await SignInAsync(isTls: false, "bob", $"{Plain}={planted}");
        var made = await SignInAsync(isTls: false, "bob", $"{Plain}=made-up-by-somebody");

        Assert.That(new[] { planted, own, made, "made-up-by-somebody" }, Is.Unique);
        Assert.That(await StatusAsync(false, $"{Plain}={planted}"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await StatusAsync(false, $"{Plain}=made-up-by-somebody"), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await StatusAsync(false, $"{Plain}={own}"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await page.ClosedAsync(), Is.EqualTo(4401));
    }

    [Test]
    public async Task SignOut_EndsTheSessionHere_NotOnlyInTheBrowser_OverARestartToo()
    {
        var value = await SignInAsync(isTls: false);
        using var left = await SendAsync(HttpMethod.Delete, "api/sign-in", isTls: false, $"{Plain}={value}");
        Assert.That(left.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await StatusAsync(false, $"{Plain}={value}"), Is.EqualTo(HttpStatusCode.Unauthorized));

        await KillAndStartAsync();
        Assert.That(await StatusAsync(false, $"{Plain}={value}"), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task AdminsSession_EndsWhenTheTokenInTheSettingsIsAnother()
    {
        var value = await SignInAsync(isTls: false, new { token = GatewayFixture.AdminToken });
        await KillAndStartAsync();
        Assert.That(await StatusAsync(false, $"{Plain}={value}"), Is.EqualTo(HttpStatusCode.OK), "the same token, the same session");

        await Service.KillAsync();
        await using var other = await GatewayFixture.StartAsync(Folder.Path, "--Access:AdminToken", new string('x', 40));
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/me") { Headers = { { "Cookie", $"{Plain}={value}" } } };
        other.Http.DefaultRequestHeaders.Authorization = null;
        using var answer = await other.Http.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    private Task<string> SignInAsync(bool isTls, string user = "ada", string? cookie = null) =>
        SignInAsync(isTls, new { user, password = Word }, cookie);

    private async Task<string> SignInAsync(bool isTls, object body, string? cookie = null)
    {
        using var answer = await SendAsync(HttpMethod.Post, "api/sign-in", isTls, cookie, body);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2)[1];
    }

    private async Task<ManualPage> OpenAsync(string session)
    {
        using var answer = await SendAsync(HttpMethod.Post, "api/tickets", isTls: false, $"{Plain}={session}", new { });
        return await ManualPage.OpenAsync(Service, (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["ticket"]!);
    }

    private async Task<HttpStatusCode> StatusAsync(bool isTls, string cookie)
    {
        using var answer = await SendAsync(HttpMethod.Get, "api/me", isTls, cookie);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, bool isTls, string? cookie, object? body = null)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Service.Page };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("X-Forwarded-Proto", isTls ? "https" : "http");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        return await client.SendAsync(request);
    }
}
