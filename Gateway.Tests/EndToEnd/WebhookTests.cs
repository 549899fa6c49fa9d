using System.Net;
using System.Text.Json.Nodes;
using Gateway.Modules.Webhooks;

namespace Gateway.Tests.EndToEnd;

/// <summary>The application that owns the people learns of it, whoever was away in between.</summary>
public sealed class WebhookTests : ScannerTest
{
    private ManualReceiver _receiver = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _receiver = new();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _receiver.DisposeAsync();
    }

    [Test, Category("Slow")]
    public async Task Success_IsTold_Signed_WithThePerson()
    {
        var webhook = await MakeAsync("succeeded");
        var enrollment = await EnrollAsync("Ada");
        var told = (await ReceivedAsync(1))[0];

        Assert.That((string?)told.Json["state"]!["person"], Is.EqualTo("Ada"));
        Assert.That((string?)told.Json["event"]!["channel"], Is.EqualTo($"enrollments/{enrollment}"));
        var timestamp = long.Parse(told.Headers["webhook-timestamp"]);
        Assert.That(told.Headers["webhook-signature"], Is.EqualTo(WebhookRules.Sign((string)webhook["secret"]!, told.Id, timestamp, told.Body)));
        Assert.That(told.RequestLine, Is.EqualTo("POST /hook HTTP/1.1"));

        var delivery = await DeliveryAsync(webhook, "delivered");
        Assert.That((int?)delivery["lastStatus"], Is.EqualTo(204));
        Assert.That((await Service.GetAsync("api/webhooks")).ToJsonString(), Does.Not.Contain("whsec_"));
        Assert.That((int?)(await Service.GetAsync($"api/webhooks/{webhook["id"]}"))["pending"], Is.Zero);
    }

    [Test, Category("Slow")]
    public async Task Receiver_ThatWasAway_GetsIt_AfterARestartOfTheService()
    {
        var port = _receiver.Port;
        await _receiver.DisposeAsync();
        var webhook = await MakeAsync("failed");
        await FailAsync("Ada");
        await Eventually.HoldsAsync(
            async () => (await Service.GetAsync($"api/webhooks/{webhook["id"]}"))["failing"] is not null, "the failure is shown");
        await Service.KillAsync();

        _receiver = new(port);
        await StartAgainAsync();

        var waiting = (await DeliveriesAsync(webhook)).Single()!;
        await Service.PostAsync($"api/webhooks/{webhook["id"]}/deliveries/{waiting["id"]}/redeliver", new { }, HttpStatusCode.OK);
        Assert.That((await ReceivedAsync(1))[0].Id, Is.EqualTo((string?)waiting["id"]), "under the same id, so that it counts once");
    }

    [Test, Category("Slow")]
    public async Task Receiver_ThatFailsAtOneEnrollment_GetsTheOthers_AndKeepsTheOrderOfEachScanner()
    {
        var poison = "Ada";
        _receiver.Answer = received => (string?)received.Json["state"]!["person"] == poison ? 500 : 204;
        var webhook = await MakeAsync("failed", "online", "offline");
        await FailAsync("Ada");
        await FailAsync("Bob");
        await Scanner.StatusAsync("offline");
        await Scanner.StatusAsync("online");

        await Eventually.HoldsAsync(() => _receiver.All.Count(told => told.Type == "online") == 1, "the scanner's events came");
        var types = _receiver.All.Where(told => told.Type != "failed").Select(told => told.Type);
        Assert.That(types, Is.EqualTo(new[] { "offline", "online" }));
        Assert.That(_receiver.All.Select(told => (string?)told.Json["state"]!["person"]), Does.Contain("Bob"), "one that fails holds up nobody else");
        await Eventually.HoldsAsync(
            async () => (int?)(await Service.GetAsync($"api/webhooks/{webhook["id"]}"))["pending"] == 1, "only the one that fails still waits");
        Assert.That((string?)(await DeliveryAsync(webhook, "pending"))["lastError"], Is.EqualTo("answered 500"));

        poison = "nobody";
        var pending = await DeliveryAsync(webhook, "pending");
        await Service.PostAsync($"api/webhooks/{webhook["id"]}/deliveries/{pending["id"]}/redeliver", new { }, HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () => (await DeliveriesAsync(webhook)).All(item => (string?)item!["status"] == "delivered"), "all are delivered");
    }

    [Test, Category("Slow")]
    public async Task Webhook_Removed_IsToldNothing()
    {
        var webhook = await MakeAsync("failed");
        using var gone = await Service.Http.DeleteAsync($"api/webhooks/{webhook["id"]}");
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        await FailAsync("Ada");
        var second = await MakeAsync("failed");
        await FailAsync("Bob");
        Assert.That((await ReceivedAsync(1)).Select(told => (string?)told.Json["state"]!["person"]), Is.EqualTo(new[] { "Bob" }), (string?)second["id"]);
    }

    [TestCase("""{"events":["failed"]}""", "url")]
    [TestCase("""{"url":"ftp://x/"}""", "url")]
    [TestCase("""{"url":"http://169.254.169.254/"}""", "url")]
    [TestCase("""{"url":"http://app.lan/","events":["armed"]}""", "events")]
    [TestCase("""{"url":"http://app.lan/","events":[]}""", "events")]
    public async Task Webhook_ThatIsWrong_IsRefused_ByTheNameOfItsField(string body, string field)
    {
        var problem = await Service.PostAsync("api/webhooks", JsonNode.Parse(body)!, HttpStatusCode.BadRequest);
        Assert.That((string?)problem["field"], Is.EqualTo(field));
    }

    private Task<JsonNode> MakeAsync(params string[] events) => Service.PostAsync("api/webhooks", new { url = _receiver.Url, events });

    private async Task<IReadOnlyList<ManualReceiver.Received>> ReceivedAsync(int count)
    {
        await Eventually.HoldsAsync(() => _receiver.All.Count >= count, $"{count} deliveries");
        return _receiver.All;
    }

    private async Task<JsonArray> DeliveriesAsync(JsonNode webhook) =>
        (await Service.GetAsync($"api/webhooks/{webhook["id"]}/deliveries"))["items"]!.AsArray();

    private async Task<JsonNode> DeliveryAsync(JsonNode webhook, string status)
    {
        JsonNode? found = null;
        await Eventually.HoldsAsync(
            async () => (found = (await DeliveriesAsync(webhook)).FirstOrDefault(item => (string?)item!["status"] == status)) is not null, $"one is {status}");
        return found!;
    }

    private async Task<string> RequestAsync(string person) => (string)(await Service.PostAsync("api/enrollments", new { device = "lab-1", person }))["id"]!;

    private async Task<string> FailAsync(string person)
    {
        var enrollment = await RequestAsync(person);
        await Scanner.ResultAsync(enrollment, "error");
        return enrollment;
    }

    private async Task<string> EnrollAsync(string person)
    {
        var enrollment = await RequestAsync(person);
        for (var step = 1; step <= 3; step++)
        {
            await Scanner.ScanAsync(enrollment, step);
        }

        await Scanner.ResultAsync(enrollment);
        return enrollment;
    }
}
