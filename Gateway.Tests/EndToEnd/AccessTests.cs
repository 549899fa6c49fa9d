using System.Net;
using System.Net.WebSockets;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>Closed from the first start: who may come in, by which door, and how often.</summary>
public sealed partial class AccessTests() : ServiceTest(Admin)
{
    [TestCase("api/devices")]
    [TestCase("api/enrollments")]
    [TestCase("api/quarantine")]
    [TestCase("API/devices")]
    public async Task Api_WithoutCredentials_Is401(string path)
    {
        using var stranger = new HttpClient { BaseAddress = Service.Page };
        using var response = await stranger.GetAsync(path);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"code\":\"unauthenticated\""));
    }

    [TestCase("")]
    [TestCase("healthz")]
    [TestCase("readyz")]
    public async Task Page_WithoutCredentials_IsServed(string path)
    {
        using var stranger = new HttpClient { BaseAddress = Service.Page };
        using var response = await stranger.GetAsync(path);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Page_FromAForeignHostName_IsRefused()
    {
        // DNS rebinding: a page elsewhere whose name suddenly resolves to this machine.
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/devices") { Headers = { Host = "evil.example" } };
        using var response = await Service.Http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Request_FromAForeignOrigin_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/devices") { Headers = { { "Origin", "http://evil.example" } } };
        using var response = await Service.Http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Ticket_UsedTwice_IsClosedWith4401()
    {
        await Service.PostAsync("api/devices", new { id = "lab-1" });
        var ticket = (string)(await Service.PostAsync("api/tickets", new { }))["ticket"]!;
        await using var first = await ManualPage.OpenAsync(Service, ticket);
        await first.SubscribeAsync("devices");
        await using var second = await ManualPage.OpenAsync(Service, ticket);
        Assert.That(await second.ClosedAsync(), Is.EqualTo(4401));
    }

    [Test]
    public async Task Socket_WithoutTicket_IsClosedWith4401()
    {
        await using var page = await ManualPage.OpenAsync(Service);
        Assert.That(await page.ClosedAsync(), Is.EqualTo(4401));
    }

    [Test]
    public async Task Ticket_NarrowedToAChannel_OpensNoOther()
    {
        await Service.PostAsync("api/devices", new { id = "lab-1" });
        await Service.PostAsync("api/devices", new { id = "lab-2" });
        var ticket = (string)(await Service.PostAsync("api/tickets", new { channels = new[] { "devices/lab-1" } }))["ticket"]!;
        await using var page = await ManualPage.OpenAsync(Service, ticket);
        await page.SubscribeAsync("devices/lab-1");
        await page.SendAsync(new { op = "subscribe", id = 2, channel = "devices/lab-2" });
        Assert.That((string?)(await page.NextAsync("error"))["code"], Is.EqualTo("forbidden"));
    }

    [Test]
    public async Task Scanner_WithItsSecret_IsOnlineAndMayPublishOnlyItsOwn()
    {
        var secret = (string)(await Service.PostAsync("api/devices", new { id = "lab-1" }))["secret"]!;
        string[] credentials = ["-V", "mqttv5", "-d", "-u", "lab-1", "-P", secret];
        const string Status = "{\"id\":\"1-1\",\"state\":\"online\"}";
        Assert.That(await Mosquitto.PublishAsync(Service.MqttPort, "scanners/lab-1/status", Status, credentials), Does.Contain("RC:0"));
        Assert.That(await Mosquitto.PublishAsync(Service.MqttPort, "scanners/lab-2/status", Status, credentials), Does.Contain("RC:135"));
        var forbidden = (await Service.GetAsync("api/quarantine"))["items"]!.AsArray().Single()!;
        Assert.That((string?)forbidden["code"], Is.EqualTo("forbidden"));
    }

    [TestCase("-u", "lab-1", "-P", "wrong")]
    [TestCase("-u", "lab-1")]
    [TestCase]
    public async Task Mqtt_WithoutTheRightSecret_IsRefused(params string[] credentials)
    {
        await Service.PostAsync("api/devices", new { id = "lab-1" });
        var answer = await Mosquitto.PublishAsync(Service.MqttPort, "scanners/lab-1/status", "{\"id\":\"1-1\",\"state\":\"online\"}", credentials);
        Assert.That(answer, Does.Contain("Connection Refused: not authorised"));
    }

    [Test]
    public async Task Connection_OfARegisteredScanner_MakesItOnlineAndItsEndOffline()
    {
        var secret = (string)(await Service.PostAsync("api/devices", new { id = "lab-1" }))["secret"]!;
        await using (Mosquitto.Listen(Service.MqttPort, "scanners/lab-1/commands", "-u", "lab-1", "-P", secret))
        {
            await Eventually.HoldsAsync(async () => (bool)(await Service.GetAsync("api/devices/lab-1"))["state"]!["online"]!, "online");
        }

        await Eventually.HoldsAsync(async () => !(bool)(await Service.GetAsync("api/devices/lab-1"))["state"]!["online"]!, "offline");
    }

    [Test, Category("Slow")]
    public async Task SignInLink_UsedOnce_OpensASessionThatSurvivesARestartAndNoSecondOne()
    {
        var data = Folder.In("fresh");
        await using var service = await GatewayFixture.StartAsync(data);
        await Eventually.HoldsAsync(() => SignInLink().IsMatch(service.Output), "the printed link");
        var link = SignInLink().Match(service.Output).Value;
        await using var person = await Browser.NewPersonAsync();
        var page = await person.NewPageAsync();
        await page.GotoAsync(link);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No scanner yet" })).ToBeVisibleAsync();
        Assert.That(page.Url, Does.Not.Contain("token"));

        await using var stranger = await Browser.NewPersonAsync();
        var second = await stranger.NewPageAsync();
        await second.GotoAsync(link);
        await Expect(second.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();

        await service.KillAsync();
        await using var again = await service.StartAgainAsync();
        Assert.That(again.Output, Does.Not.Contain("#token="));
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No scanner yet" })).ToBeVisibleAsync();
    }

    [Test]
    public async Task Anonymous_BehindAProxy_IsRefused()
    {
        await using var open = await GatewayFixture.StartAnonymousAsync(Folder.In("open"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/devices") { Headers = { { "X-Forwarded-For", "203.0.113.7" } } };
        using var response = await open.Http.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [TestCase("X-Forwarded-For", "203.0.113.7")]
    [TestCase("Forwarded", "for=203.0.113.7")]
    [TestCase("Via", "1.1 proxy")]
    public async Task AnonymousMqtt_BehindAProxy_IsRefused(string header, string value)
    {
        await using var open = await GatewayFixture.StartAnonymousAsync(Folder.In("open"));
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("mqtt");
        socket.Options.SetRequestHeader(header, value);
        Assert.That(
            async () => await socket.ConnectAsync(new($"ws://127.0.0.1:{open.HttpPort}/mqtt"), new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token),
            Throws.InstanceOf<WebSocketException>().With.Message.Contains("403"));
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/#token=\S+", RegexOptions.None, 1000)]
    private static partial Regex SignInLink();
}
