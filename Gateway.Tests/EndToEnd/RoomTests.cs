using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>People who talk over real sockets: nobody misses a message, and who got what can be looked up.</summary>
public sealed class RoomTests() : ServiceTest([.. Anonymous, "--Rooms:SlowSeconds", "1"])
{
    private string _room = null!;

    [SetUp]
    public async Task StartAsync()
    {
        var participants = new[] { new { user = "tutor", role = "tutor" }, new { user = "ada", role = "student" } };
        _room = await CreateAsync(new { name = "maths", participants });
    }

    [Test]
    public async Task TutorJoinsLate_GetsEveryMessage_AndTheReceiptsTellWhen()
    {
        // R, seed 002: a tutor who joined a room missed messages, and nobody could tell who had got what.
        await using var ada = await OpenAsync("ada");
        await ada.SubscribeAsync(_room);
        var first = await SayAsync("before the tutor came");
        await ada.NextAsync("event");
        await using var tutor = await OpenAsync("tutor");
        await tutor.SubscribeAsync(_room, since: 0);
        var second = await SayAsync("and after");

        Assert.That(await tutor.EventsAsync(5), Is.EqualTo(new[] { "created", "joined", "joined", "message", "message" }));
        await tutor.SendAsync(new { op = "ack", channel = _room, seq = second["seq"] });
        await Eventually.HoldsAsync(async () => (await ReceiptAsync(second, "tutor"))["acknowledged"] is not null, "acknowledged");
        Assert.That((await ReceiptAsync(first, "tutor"))["sent"], Is.Not.Null);
        Assert.That((await ReceiptAsync(first, "ada"))["sent"], Is.Not.Null);
        Assert.That((await ReceiptAsync(first, "ada"))["acknowledged"], Is.Null);
    }

    [Test]
    public async Task Message_FromAPage_IsSigned_ByItsTicket_NotByItsBody()
    {
        await using var ada = await OpenAsync("ada");
        await ada.SubscribeAsync(_room);
        await ada.SendAsync(new { op = "publish", id = 2, channel = _room, data = new { text = "hi", user = "tutor" }, user = "tutor", key = "1" });
        var said = await ada.NextAsync("event");
        var published = await ada.NextAsync("published");
        await ada.SendAsync(new { op = "publish", id = 3, channel = _room, data = new { text = "hi" }, key = "1" });

        Assert.That(((string?)said["data"]!["user"], (string?)said["data"]!["role"]), Is.EqualTo(("ada", "student")));
        Assert.That((string?)said["data"]!["data"]!["text"], Is.EqualTo("hi"));
        Assert.That((long?)(await ada.NextAsync("published"))["seq"], Is.EqualTo((long?)published["seq"]));
    }

    [Test, Category("Slow")]
    public async Task Typing_ReachesWhoIsThere_AndIsKeptNowhere()
    {
        await using var ada = await OpenAsync("ada");
        await using var tutor = await OpenAsync("tutor");
        await tutor.SendAsync(new { op = "signal", channel = _room, data = new { typing = true } });
        Assert.That((string?)(await tutor.NextAsync("error"))["code"], Is.EqualTo("forbidden"), "it does not follow the room yet");

        await ada.SendAsync(new { op = "presence", id = 4, channel = _room });
        await ada.NextAsync("presence");
        await tutor.SubscribeAsync(_room);
        var joined = await ada.NextAsync("join");
        await tutor.SendAsync(new { op = "signal", channel = _room, data = new { typing = true } });
        var signal = await ada.NextAsync("signal");

        Assert.That(((string?)joined["user"], (string?)joined["role"]), Is.EqualTo(("tutor", "tutor")), "in the role that they have here");
        Assert.That(((string?)signal["user"], (string?)signal["role"], (bool?)signal["data"]!["typing"]), Is.EqualTo(("tutor", "tutor", true)));
        Assert.That((int?)(await Service.GetAsync($"/api/{_room}"))["seq"], Is.EqualTo(3));
    }

    [Test]
    public async Task Page_OfAStranger_NeitherReadsNorSpeaksNorSeesWhoIsThere()
    {
        await using var stranger = await OpenAsync("eve");
        foreach (var op in new object[]
        {
            new { op = "publish", id = 2, channel = _room, data = new { text = "hi" } },
            new { op = "subscribe", id = 3, channel = _room, since = 0 },
            new { op = "presence", id = 4, channel = _room },
            new { op = "subscribe", id = 5, channel = "rooms" },
            new { op = "subscribe", id = 6, channel = "rooms/nothing" },
        })
        {
            await stranger.SendAsync(op);
            Assert.That((string?)(await stranger.NextAsync("error"))["code"], Is.EqualTo("forbidden"), $"{op}");
        }
    }

    [Test]
    public async Task Participant_WhoIsRemoved_HearsThatAndNothingMore_UntilTheyAreBack()
    {
        await using var ada = await OpenAsync("ada");
        await using var peeking = await OpenAsync("ada");
        await peeking.SendAsync(new { op = "presence", id = 1, channel = _room });
        await peeking.NextAsync("presence");
        await ada.SubscribeAsync(_room, since: 0);
        Assert.That(await ada.EventsAsync(3), Is.EqualTo(new[] { "created", "joined", "joined" }));
        await peeking.NextAsync("join");
        using var removed = await Service.Http.DeleteAsync($"/api/{_room}/participants/ada");
        var unheard = await SayAsync("now that she has gone");

        Assert.That((string?)(await ada.NextAsync("event"))["type"], Is.EqualTo("left"));
        var over = await ada.NextAsync("error", "event");
        Assert.That(((string?)over["code"], (string?)over["channel"]), Is.EqualTo(("forbidden", _room)));
        await peeking.SendAsync(new { op = "presence", id = 2, channel = _room });
        Assert.That((int?)(await peeking.NextAsync("error", "leave"))["id"], Is.EqualTo(2), "nor who comes and goes");
        Assert.That((await ReceiptsOfChannelAsync(unheard)).All(receipt => receipt["sent"] is null), "what she did not get was not sent");

        await Service.PostAsync($"/api/{_room}/participants", new { user = "ada" });
        await ada.SendAsync(new { op = "subscribe", id = 9, channel = _room, since = 4, epoch = (await Service.GetAsync($"/api/{_room}"))["epoch"] });
        await ada.NextAsync("subscribed");
        Assert.That(await ada.EventsAsync(2), Is.EqualTo(new[] { "message", "joined" }));
    }

    [Test]
    public async Task OpenRoom_IsClosedToThoseWhoFollowIt_ByTheFirstWhoIsAdded()
    {
        var room = await CreateAsync(new { name = "open" });
        await using var eve = await OpenAsync("eve");
        await eve.SubscribeAsync(room);
        await Service.PostAsync($"/api/{room}/messages", new { data = "for all" });
        Assert.That((string?)(await eve.NextAsync("event"))["type"], Is.EqualTo("message"));
        await Service.PostAsync($"/api/{room}/participants", new { user = "ada" });
        await Service.PostAsync($"/api/{room}/messages", new { data = "for ada" });
        using var left = await Service.Http.DeleteAsync($"/api/{room}/participants/ada");

        Assert.That(await eve.EventsAsync(1), Is.EqualTo(new[] { "joined" }));
        Assert.That((string?)(await eve.NextAsync("error", "event"))["code"], Is.EqualTo("forbidden"));
        await eve.SendAsync(new { op = "subscribe", id = 7, channel = room });
        Assert.That((string?)(await eve.NextAsync("error", "subscribed"))["code"], Is.EqualTo("forbidden"), "nor when all have left");
    }

    [Test]
    public async Task Room_IsMade_Joined_TalkedIn_Corrected_AndLeft_OverHttp()
    {
        using var created = await Service.Http.PostAsJsonAsync("/api/rooms", new { name = "physics" });
        var body = JsonNode.Parse(await created.Content.ReadAsStringAsync())!;
        var room = (string)body["channel"]!;
        Assert.That((created.StatusCode, created.Headers.Location?.ToString()), Is.EqualTo((HttpStatusCode.Created, $"/api/{room}")));

        await Service.PostAsync($"/api/{room}/participants", new { user = "ada", role = "student" });
        var message = await Service.PostAsync($"/api/{room}/messages", new { data = new { text = "helo" }, key = "1" });
        Assert.That((long?)(await Service.PostAsync($"/api/{room}/messages", new { data = new { text = "helo" }, key = "1" }))["seq"], Is.EqualTo(3));
        using var edited = await Service.Http.PutAsJsonAsync($"/api/{room}/messages/{message["id"]}", new { data = new { text = "hello" } });
        var shown = (await Service.GetAsync($"/api/{room}/messages"))["items"]![0]!;
        Assert.That((edited.StatusCode, (string?)shown["data"]!["text"]), Is.EqualTo((HttpStatusCode.OK, "hello")));
        using var deleted = await Service.Http.DeleteAsync($"/api/{room}/messages/{message["id"]}");
        using var left = await Service.Http.DeleteAsync($"/api/{room}/participants?user=ada");
        using var gone = await Service.Http.DeleteAsync($"/api/{room}/participants/ada");

        Assert.That((deleted.StatusCode, left.StatusCode), Is.EqualTo((HttpStatusCode.NoContent, HttpStatusCode.NoContent)));
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        var types = (await Service.GetAsync($"/api/{room}/events"))["events"]!.AsArray().Select(stored => (string?)stored!["type"]);
        Assert.That(types, Is.EqualTo(new[] { "created", "joined", "message", "edited", "deleted", "left" }));
        await KillAndStartAsync();
        Assert.That(await Service.Http.GetStringAsync($"/api/{room}/events"), Does.Not.Contain("hel"), "what was deleted is nowhere");
        Assert.That((await Service.GetAsync("/api/rooms?user=tutor"))["items"]!.AsArray().Count, Is.EqualTo(1));
    }

    [TestCase("/api/rooms", """{}""", "name")]
    [TestCase("/api/rooms", """{"name":"a","participants":[{"role":"x"}]}""", "user")]
    [TestCase("/api/rooms", """{"name":"a","participants":["ada"]}""", "participants")]
    [TestCase("/api/rooms", """{"name":"a","participants":[{"user":"ada"},{"user":"ada"}]}""", "participants")]
    [TestCase("messages", """{"key":"1"}""", "data")]
    [TestCase("messages", """{"data":{"x":"\ud800"}}""", "data")]
    [TestCase("participants", """{"role":"x"}""", "user")]
    [TestCase("read", """{"seq":99}""", "seq")]
    public async Task Request_ThatIsWrong_NamesTheField(string path, string body, string field)
    {
        var url = path.StartsWith('/') ? path : $"/api/{_room}/{path}";
        using var response = await Service.Http.PostAsync(url, new StringContent(body, null, "application/json"));
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.That((response.StatusCode, (string?)problem["field"]), Is.EqualTo((HttpStatusCode.BadRequest, field)));
    }

    [Test, Category("Slow")]
    public async Task SlowDelivery_IsInTheLog_ByRoomRoleUserAndMessage()
    {
        var message = await SayAsync("anybody there?");
        var line = $"room={_room["rooms/".Length..]} user=tutor role=tutor message={message["id"]}";

        await Eventually.HoldsAsync(() => Service.Output.Contains($"{line} seq={message["seq"]}: slow", StringComparison.Ordinal), "warned");
        Assert.That((bool?)(await ReceiptAsync(message, "tutor"))["slow"], Is.True);
    }

    [Test]
    public async Task Name_ThatLooksLikeAnotherField_IsInQuotationMarksInTheLog()
    {
        await Service.PostAsync($"/api/{_room}/participants", new { user = "eve room=1", role = "tutor" });
        using var left = await Service.Http.DeleteAsync($"/api/{_room}/participants?user=eve+room%3D1");

        await Eventually.HoldsAsync(() => Service.Output.Contains("user=\"eve room=1\" role=tutor left by=anonymous", StringComparison.Ordinal), "logged");
    }

    [Test]
    public async Task Body_ThatIsNoJson_IsAnsweredInPlainWords()
    {
        using var response = await Service.Http.PostAsync("/api/rooms", new StringContent("{\"name\":\n x}", null, "application/json"));

        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("The body is no JSON: something is wrong at line 2, byte 2."));
    }

    [Test]
    public async Task Message_AsDeepAsItMayBe_IsShownWhereverItsRoomIs_AndADeeperOneIsRefused()
    {
        static StringContent Nested(int levels) => new($$"""{"data":{{new string('[', levels)}}{{new string(']', levels)}}}""", null, "application/json");
        using var taken = await Service.Http.PostAsync($"/api/{_room}/messages", Nested(31));
        using var refused = await Service.Http.PostAsync($"/api/{_room}/messages", Nested(32));

        Assert.That((taken.StatusCode, refused.StatusCode), Is.EqualTo((HttpStatusCode.Created, HttpStatusCode.BadRequest)));
        await using var ada = await OpenAsync("ada");
        await ada.SubscribeAsync(_room, since: 0);
        Assert.That(await ada.EventsAsync(4), Is.EqualTo(new[] { "created", "joined", "joined", "message" }));
        foreach (var path in new[] { $"/api/{_room}/messages", $"/api/{_room}/events", $"/api/{_room}", "/api/rooms", "/api/rooms/events" })
        {
            Assert.That(async () => await Service.GetAsync(path), Throws.Nothing, path);
        }
    }

    private async Task<string> CreateAsync(object room) => (string)(await Service.PostAsync("/api/rooms", room))["channel"]!;

    private Task<JsonNode> SayAsync(string text) => Service.PostAsync($"/api/{_room}/messages", new { data = new { text } });

    private async Task<JsonNode> ReceiptAsync(JsonNode message, string user) =>
        (await Service.GetAsync($"/api/{_room}/messages/{message["id"]}/receipts"))["items"]!.AsArray()
            .Single(item => (string?)item!["user"] == user)!;

    private async Task<IReadOnlyList<JsonNode>> ReceiptsOfChannelAsync(JsonNode message) =>
        [.. (await Service.GetAsync($"/api/{_room}/receipts"))["items"]!.AsArray().Where(item => (long?)item!["seq"] == (long)message["seq"]!)!];

    private async Task<ManualPage> OpenAsync(string user)
    {
        var ticket = await Service.PostAsync("/api/tickets", new { user });
        return await ManualPage.OpenAsync(Service, (string)ticket["ticket"]!);
    }
}
