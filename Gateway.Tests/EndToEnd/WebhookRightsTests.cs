using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>A webhook is told what its maker may read, and nothing else; whoever looks at its deliveries sees what they may read.</summary>
public sealed class WebhookRightsTests() : ServiceTest(Admin)
{
    private const string Word = "correct horse battery";

    private readonly List<string> _keys = [];
    private ManualReceiver _receiver = null!;
    private ScannerByHand _scanner = null!;

    [SetUp]
    public async Task BringAsync()
    {
        _keys.Clear();
        _receiver = new();
        var secret = (string)(await Service.PostAsync("api/devices", new { id = "door-1" }))["secret"]!;
        _scanner = new(() => Service.MqttPort, "door-1", "-u", "door-1", "-P", secret);
    }

    [TearDown]
    public async Task LeaveAsync() => await _receiver.DisposeAsync();

    [TestCase(new[] { "webhooks" }, new[] { "succeeded" }, HttpStatusCode.Forbidden)]
    [TestCase(new[] { "webhooks" }, new[] { "online" }, HttpStatusCode.Forbidden)]
    [TestCase(new[] { "webhooks" }, null, HttpStatusCode.Forbidden)]
    [TestCase(new[] { "webhooks", "devices:read" }, new[] { "online", "failed" }, HttpStatusCode.Forbidden)]
    [TestCase(new[] { "webhooks", "devices:read" }, null, HttpStatusCode.Forbidden)]
    [TestCase(new[] { "webhooks", "people", "jobs", "subscribe #" }, new[] { "succeeded" }, HttpStatusCode.Forbidden)]
    [TestCase(new[] { "webhooks:read", "devices" }, new[] { "online" }, HttpStatusCode.Forbidden)]
    [TestCase(new[] { "webhooks", "devices:read" }, new[] { "online", "offline", "changed" }, HttpStatusCode.Created)]
    [TestCase(new[] { "webhooks", "enrollments" }, new[] { "succeeded", "failed" }, HttpStatusCode.Created)]
    [TestCase(new[] { "webhooks", "enrollments:read", "devices:read" }, null, HttpStatusCode.Created)]
    public async Task Webhook_IsMade_OfWhatItsMakerMayRead(string[] scopes, string[]? events, HttpStatusCode expected)
    {
        using var service = await KeyAsync(scopes);
        object body = events is null ? new { url = _receiver.Url } : new { url = _receiver.Url, events };
        using var answer = await service.PostAsJsonAsync("api/webhooks", body);

        Assert.That(answer.StatusCode, Is.EqualTo(expected), await answer.Content.ReadAsStringAsync());
        Assert.That((await Service.GetAsync("api/webhooks"))["items"]!.AsArray(), Has.Count.EqualTo(expected == HttpStatusCode.Created ? 1 : 0));
    }

    [Test]
    public async Task Webhook_OfAKeyThatIsRevoked_IsToldNothingMore_WhateverWaitsForIt()
    {
        using var service = await KeyAsync("webhooks", "devices:read");
        _receiver.Answer = _ => 500;
        var webhook = await MakeAsync(service, "online", "offline");
        await _scanner.StatusAsync();
        await Eventually.HoldsAsync(() => _receiver.All.Count > 0, "it is told while its maker is there");
        Assert.That((string?)(await ShownAsync(webhook))["by"], Is.EqualTo($"key:{_keys[0]}"));

        using var revoked = await Service.Http.DeleteAsync($"api/keys/{_keys[0]}");
        Assert.That((string?)(await ShownAsync(webhook))["stopped"], Does.Contain("is no more"));
        await _scanner.StatusAsync("offline");
        foreach (var delivery in await DeliveriesAsync(Service.Http, webhook))
        {
            await Service.PostAsync($"api/webhooks/{webhook}/deliveries/{delivery!["id"]}/redeliver", new { }, HttpStatusCode.OK);
        }

        await Eventually.HoldsAsync(async () => await AreAllRefusedAsync(webhook), "all are given up, with the reason");
        Assert.That(_receiver.All.Select(told => told.Type), Has.None.EqualTo("offline"));
    }

    [Test]
    public async Task Webhook_OfAnAdminWhoIsNoneAnyMore_IsStopped_AndOfTheirSuccessorToo()
    {
        await Service.PostAsync("api/users", new { name = "ada", role = "admin", password = Word });
        using var ada = new HttpClient { BaseAddress = Service.Page };
        using var signedIn = await ada.PostAsJsonAsync("api/sign-in", new { user = "ada", password = Word });
        ada.DefaultRequestHeaders.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        var webhook = await MakeAsync(ada, "online");
        Assert.That((await ShownAsync(webhook))["stopped"], Is.Null);

        using var demoted = await Service.Http.PatchAsJsonAsync("api/users/ada", new { role = "viewer" });
        Assert.That((string?)(await ShownAsync(webhook))["stopped"], Does.Contain("may have no webhooks"));

        using var removed = await Service.Http.DeleteAsync("api/users/ada");
        await Service.PostAsync("api/users", new { name = "ada", role = "admin", password = Word });
        Assert.That((string?)(await ShownAsync(webhook))["stopped"], Does.Contain("is no more"), "somebody else of that name");
        await _scanner.StatusAsync();
        await Eventually.HoldsAsync(async () => await AreAllRefusedAsync(webhook), "not sent");
        Assert.That(_receiver.All, Is.Empty);
    }

    [Test]
    public async Task Deliveries_AreShownToWhoMayReadWhatTheyBear()
    {
        var webhook = await MakeAsync(Service.Http, "online");
        await _scanner.StatusAsync();
        await Eventually.HoldsAsync(async () => (await DeliveriesAsync(Service.Http, webhook)).Count == 1, "one delivery");
        var delivery = (await DeliveriesAsync(Service.Http, webhook))[0]!["id"];
        using var blind = await KeyAsync("webhooks");
        using var seeing = await KeyAsync("webhooks", "devices:read");
        foreach (var (who, expected) in new[] { (blind, HttpStatusCode.Forbidden), (seeing, HttpStatusCode.OK) })
        {
            using var list = await who.GetAsync($"api/webhooks/{webhook}/deliveries");
            using var again = await who.PostAsJsonAsync($"api/webhooks/{webhook}/deliveries/{delivery}/redeliver", new { });
            Assert.That((list.StatusCode, again.StatusCode), Is.EqualTo((expected, expected)));
            Assert.That((await who.GetAsync($"api/webhooks/{webhook}")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }
    }

    private async Task<HttpClient> KeyAsync(params string[] scopes)
    {
        var key = await Service.PostAsync("api/keys", new { name = "k", scopes });
        _keys.Add((string)key["id"]!);
        return new() { BaseAddress = Service.Page, DefaultRequestHeaders = { Authorization = new("Bearer", (string)key["secret"]!) } };
    }

    private async Task<string> MakeAsync(HttpClient by, params string[] events)
    {
        using var answer = await by.PostAsJsonAsync("api/webhooks", new { url = _receiver.Url, events });
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
    }

    private Task<JsonNode> ShownAsync(string webhook) => Service.GetAsync($"api/webhooks/{webhook}");

    private async Task<bool> AreAllRefusedAsync(string webhook) => await DeliveriesAsync(Service.Http, webhook) is { Count: > 0 } all
        && all.All(delivery => (string?)delivery!["status"] == "failed" && $"{delivery["lastError"]}".Contains("who made it", StringComparison.Ordinal));

    private static async Task<JsonArray> DeliveriesAsync(HttpClient client, string webhook) =>
        (await client.GetFromJsonAsync<JsonNode>($"api/webhooks/{webhook}/deliveries"))!["items"]!.AsArray();
}
