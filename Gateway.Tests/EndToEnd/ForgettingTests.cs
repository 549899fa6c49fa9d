using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>Somebody who asks for it is forgotten: by lists, history, figures, receivers and the disk; and what happened stays in its place.</summary>
[Category("Slow")]
public sealed class ForgettingTests : ScannerTest
{
    private const string Who = "zaphod-4711";
    private const string Name = "Zaphod Beeblebrox";

    private readonly List<string> _enrollments = [];
    private string _room = "";

    [SetUp]
    public async Task BeKnownAsync()
    {
        await Mosquitto.SubscribeAsync(Service.MqttPort, "enrollments/+/state", 1, "-c", "-i", "away");
        await using var receiver = new ManualReceiver();
        await Service.PostAsync("api/webhooks", new { url = receiver.Url });
        _enrollments.Clear();
        await EnrollAsync("Arthur", slot: 0);
        await EnrollAsync(Who, slot: 1);
        using var named = await Service.Http.PutAsJsonAsync($"API/People/{Who}", new { name = Name });
        await Scanner.IdentifyAsync(slot: 1);
        await OnceAsync("api/checkins", "checked-in", new { site = "annex", person = Who });
        _room = (string)(await Service.PostAsync("api/rooms", new { name = "Deck", participants = new[] { new { user = Who, role = "pilot" } } }))["id"]!;
        var ticket = (string)(await Service.PostAsync("api/tickets", new { user = Who }))["ticket"]!;
        await using var page = await ManualPage.OpenAsync(Service, ticket);
        await page.SendAsync(new { op = "publish", id = 1, channel = $"rooms/{_room}", data = new { text = $"{Name} was here" }, key = "k" });
        await page.NextAsync("published");
        await page.SubscribeAsync($"rooms/{_room}", since: 0);
        await page.NextAsync("event");
        Assert.That((Folder.Holds(Who), Folder.Holds(Name)), Is.EqualTo((true, true)), "the search finds what is kept");
    }

    [Test]
    public async Task Person_Forgotten_IsNowhereOnTheDisk_AndHistoryKeepsItsOrder()
    {
        var before = await HistoryAsync();
        var alias = await ForgetAsync();
        var after = await HistoryAsync();

        Assert.That(before, Has.Some.Contains(Who));
        Assert.That(after, Has.None.Contains(Who).And.Some.Contains(alias));
        Assert.That(after.Select(Place), Is.EqualTo(before.Select(Place)), "channel, seq, position, type and time");
        var site = (await Service.GetAsync("api/checkins/main"))["state"]!;
        Assert.That(((int?)site["inside"], (string?)site["present"]![0]!["person"]), Is.EqualTo(((int?)1, alias)));
        Assert.That((string?)(await Service.GetAsync($"api/enrollments/{_enrollments[1]}"))["state"]!["person"], Is.EqualTo(alias));
        Assert.That((string?)(await Service.GetAsync($"api/enrollments/{_enrollments[0]}"))["state"]!["person"], Is.EqualTo("Arthur"));
        Assert.That((Folder.Holds(Who), Folder.Holds(Name)), Is.EqualTo((false, false)), "the disk has forgotten");
        await KillAndStartAsync();
        Assert.That((Folder.Holds(Who), Folder.Holds("Arthur")), Is.EqualTo((false, true)));
        Assert.That(await HistoryAsync(), Is.EqualTo(after));
        Assert.That((int?)(await Service.GetAsync("api/checkins/main/stats"))["inside"], Is.EqualTo(1));
        var owed = await Mosquitto.SubscribeAsync(Service.MqttPort, "enrollments/+/state", 50, "-c", "-i", "away");
        Assert.That(owed, Has.None.Contains(Who).And.Some.Contains(alias));
    }

    [Test]
    public async Task Finger_OfSomebodyForgotten_IsShown_UntilItsScannerSaysThatItIsDeleted()
    {
        await using var commands = Mosquitto.Listen(Service.MqttPort, "scanners/lab-1/commands");
        var alias = await ForgetAsync();
        Assert.That(await FingerAsync(alias), Is.EqualTo("{\"device\":\"lab-1\",\"slot\":1,\"deletedAt\":null}"));
        var command = Command(await commands.NextAsync("scanners/"));
        Assert.That(((string?)command["do"], (int?)command["slot"]), Is.EqualTo(("delete", (int?)1)));

        await Scanner.AnswerAsync((string)command["id"]!, ok: false);
        Assert.That(await FingerAsync(alias), Does.Contain("\"deletedAt\":null").And.Contain("\"reason\""));
        var again = Command(await commands.NextAsync("scanners/"));
        Assert.That(((string?)again["do"], (int?)again["slot"]), Is.EqualTo(("delete", (int?)1)), "asked again by itself");
        await Scanner.AnswerAsync((string)again["id"]!);
        Assert.That(await FingerAsync(alias), Does.Not.Contain("\"deletedAt\":null").And.Not.Contain("reason"));
        Assert.That((await Service.GetAsync("api/devices/lab-1/commands"))["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Finger_ThatItsScannerDidNotDelete_IsAskedForWheneverTheScannerIsBack_OverAKillToo()
    {
        string refused;
        var alias = await ForgetAsync();
        await using (var commands = Mosquitto.Listen(Service.MqttPort, "scanners/lab-1/commands"))
        {
            refused = (string)Command(await commands.NextAsync("scanners/"))["id"]!;
            await Scanner.AnswerAsync(refused, ok: false);
        }

        await KillAndStartAsync();
        await using var back = Mosquitto.Listen(Service.MqttPort, "scanners/lab-1/commands");
        var again = (string)Command(await back.NextAsync("scanners/"))["id"]!;
        Assert.That(again, Is.Not.EqualTo(refused), "a scanner answers an id but once");
        var byHand = await Service.PostAsync("api/devices/lab-1/commands", new { @do = "delete", slot = 1 });
        await Scanner.AnswerAsync((string)byHand["id"]!);
        Assert.That(await FingerAsync(alias), Does.Not.Contain("\"deletedAt\":null"));
        Assert.That(
            (await Service.GetAsync("api/devices/lab-1/commands"))["items"]!.AsArray(), Is.Empty, "said later, it would delete the slot's next finger");
    }

    [Test]
    public async Task Finger_OnAScannerThatIsRemoved_IsNotCalledDeleted()
    {
        var alias = await ForgetAsync();
        using var gone = await Service.Http.DeleteAsync("api/devices/lab-1");
        Assert.That(await FingerAsync(alias), Is.EqualTo("""{"device":"lab-1","slot":1,"deletedAt":null,"reason":"scanner_removed"}"""));
    }

    [Test]
    public async Task Export_HasAllThatIsKeptOfAPerson_AndNothingOfOthers()
    {
        await Eventually.HoldsAsync(async () => (await Service.Http.GetStringAsync($"api/people/{Who}/export")).Contains("\"in\":\"receipts\""), "written");
        var export = (await Service.GetAsync($"api/people/{Who}/export"));
        var kinds = export["events"]!.AsArray().Select(one => $"{one!["channel"]}".Split('/')[0]).Distinct();

        Assert.That((string?)export["person"]!["name"], Is.EqualTo(Name));
        Assert.That(kinds, Is.EquivalentTo(new[] { "enrollments", "checkins", "rooms", "audit" }));
        var records = export["records"]!.AsArray().Select(one => $"{one!["in"]}".Split(':')[0]).Distinct();
        Assert.That(records, Is.SupersetOf(new[] { "idempotency", "rooms-messages" }).And.Some.StartsWith("webhook-"));
        Assert.That(export.ToJsonString(), Does.Contain($"{Name} was here").And.Not.Contain("Arthur"));
    }

    [Test]
    public async Task Receipts_OfSomebodyForgotten_BearTheOtherName_AlsoOnceMoreIsReceivedAndOnTheDisk()
    {
        var ticket = (string)(await Service.PostAsync("api/tickets", new { user = Who }))["ticket"]!;
        var channel = $"enrollments/{_enrollments[0]}";
        string alias;
        await using (var page = await ManualPage.OpenAsync(Service, ticket))
        {
            await page.SubscribeAsync(channel);
            await page.SendAsync(new { op = "ack", channel, seq = 1 });
            await Eventually.HoldsAsync(async () => await AcknowledgedAsync(channel, Who) == 1, "one receipt");
            alias = await ForgetAsync();
            Assert.That(await AcknowledgedAsync(channel, Who), Is.Null, "nobody is called so");
            await page.SendAsync(new { op = "ack", channel, seq = 2 });
            await Eventually.HoldsAsync(async () => await AcknowledgedAsync(channel, alias) == 2, "what is received later");
        }

        await Service.TerminateAsync();
        Assert.That(Folder.Holds(Who), Is.False);
        await StartAgainAsync();
        Assert.That((await AcknowledgedAsync(channel, alias), await AcknowledgedAsync(channel, Who)), Is.EqualTo(((int?)2, (int?)null)));
    }

    [Test]
    public async Task Person_WhoComesBack_IsSomebodyNew()
    {
        var alias = await ForgetAsync();
        var enrollment = await Service.PostAsync("api/enrollments", new { device = "lab-1", person = Who });

        Assert.That((string?)(await Service.GetAsync($"api/enrollments/{enrollment["id"]}"))["state"]!["person"], Is.EqualTo(Who));
        Assert.That((bool?)(await Service.GetAsync($"api/people/{Who}"))["registered"], Is.False);
        Assert.That((string?)(await Service.GetAsync("api/forgettings"))["items"]![0]!["id"], Is.EqualTo(alias));
    }

    private async Task<string> ForgetAsync()
    {
        using var gone = await Service.Http.DeleteAsync($"api/people/{Who}");
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        var path = gone.Headers.Location!.OriginalString.TrimStart('/');
        await Eventually.HoldsAsync(async () => (await Service.GetAsync(path))["erasedAt"] is not null, "history to be rewritten");
        return path.Split('/')[^1];
    }

    /// <summary>How much of it; null when they have no receipt there.</summary>
    private async Task<int?> AcknowledgedAsync(string channel, string user)
    {
        var theirs = (await Service.GetAsync($"api/{channel}/receipts"))["items"]!.AsArray().Where(receipt => (string?)receipt!["user"] == user).ToList();
        return theirs.Count == 0 ? null : theirs.Count(receipt => receipt!["acknowledged"] is not null);
    }

    private async Task<JsonNode> OnceAsync(string path, string key, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { { "Idempotency-Key", key } }, Content = JsonContent.Create(body) };
        using var answer = await Service.Http.SendAsync(request);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private static JsonNode Command(string line) => JsonNode.Parse(line["scanners/lab-1/commands ".Length..])!;

    private async Task<string> FingerAsync(string alias) => (await Service.GetAsync($"api/forgettings/{alias}"))["fingers"]![0]!.ToJsonString();

    /// <summary>All events but those that presence makes.</summary>
    private async Task<List<string>> HistoryAsync()
    {
        var all = new List<string>();
        foreach (var kind in new[] { "enrollments", "checkins", "rooms" })
        {
            all.AddRange((await Service.GetAsync($"api/{kind}/events?limit=1000"))["events"]!.AsArray().Select(one => one!.ToJsonString()));
        }

        return all;
    }

    private static string Place(string stored)
    {
        var one = JsonNode.Parse(stored)!;
        return $"{one["channel"]} {one["seq"]} {one["position"]} {one["type"]} {one["at"]}";
    }

    private async Task EnrollAsync(string person, int slot)
    {
        var enrollment = (string)(await OnceAsync("api/enrollments", $"key-{slot}", new { device = "lab-1", person, scans = 1 }))["id"]!;
        await Scanner.ScanAsync(enrollment, 1, slot: slot, of: 1);
        await Scanner.ResultAsync(enrollment, slot: slot);
        _enrollments.Add(enrollment);
    }
}
