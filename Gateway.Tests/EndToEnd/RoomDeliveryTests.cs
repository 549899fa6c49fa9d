using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>The receipts of a message: who was sent it, has it, has read it, or left, and who owes it.</summary>
public sealed class RoomDeliveryTests() : ServiceTest([.. Anonymous, "--Rooms:SlowSeconds", "1"])
{
    private string _room = null!;

    [SetUp]
    public async Task StartAsync()
    {
        var participants = new[] { new { user = "tutor", role = "tutor" }, new { user = "ada", role = "student" } };
        _room = (string)(await Service.PostAsync("/api/rooms", new { name = "maths", participants }))["channel"]!;
    }

    [Test]
    public async Task ReadMark_OverTheSameSocket_IsInTheReceipts_WithItsOwnTime_AndMeansAcknowledged()
    {
        var (first, second) = (await SayAsync("one"), await SayAsync("two"));
        await using var ada = await OpenAsync("ada");
        await ada.SubscribeAsync(_room, since: 0);
        await ada.EventsAsync(5);
        await ada.SendAsync(new { op = "read", id = 7, channel = _room, seq = 6 });
        Assert.That((int?)(await ada.NextAsync("error"))["id"], Is.EqualTo(7), "it was not sent that yet");
        await ada.SendAsync(new { op = "read", channel = _room, seq = first["seq"] });
        await Eventually.HoldsAsync(async () => (await ReceiptAsync(first, "ada"))["read"] is not null, "read");

        Assert.That((await ReceiptAsync(second, "ada"))["read"], Is.Null);
        Assert.That((await ReceiptAsync(first, "ada"))["acknowledged"], Is.Not.Null);
        await Eventually.HoldsAsync(async () => (bool?)(await ReceiptAsync(second, "ada"))["slow"] == true, "owes the second");
        Assert.That((bool?)(await ReceiptAsync(first, "ada"))["slow"], Is.False);
        var read = (string?)(await ReceiptAsync(first, "ada"))["read"];
        await ada.SendAsync(new { op = "read", channel = _room, seq = second["seq"] });
        await Eventually.HoldsAsync(async () => (await ReceiptAsync(second, "ada"))["read"] is not null, "read");
        Assert.That((string?)(await ReceiptAsync(first, "ada"))["read"], Is.EqualTo(read), "when it was read, not when more was");
        Assert.That((await Service.GetAsync($"/api/{_room}/receipts"))["items"]!.AsArray().Any(item => item!["read"] is not null));
    }

    [Test]
    public async Task Participant_WhoHasNeverCome_IsInTheReceiptsOfTheChannel_UntilTheirPageIs()
    {
        var message = await SayAsync("is anybody there?");
        await using var ada = await OpenAsync("ada");
        await ada.SendAsync(new { op = "subscribe", id = 1, channel = _room, since = 0, client = "ada-page" });
        await ada.NextAsync("subscribed");
        await ada.EventsAsync(4);
        await Eventually.HoldsAsync(async () => (await OfChannelAsync(message, "ada"))["sent"] is not null, "sent");

        Assert.That((string?)(await OfChannelAsync(message, "ada"))["subscriber"], Is.EqualTo("ada-page"));
        var tutor = (await OfChannelAsync(message, "tutor")).AsObject();
        Assert.That(tutor["subscriber"], Is.Not.Null);
        foreach (var step in new[] { "connected", "sent", "acknowledged" })
        {
            Assert.That(tutor.ContainsKey(step) && tutor[step] is null, step);
        }
    }

    [Test]
    public async Task ReadMark_OverHttp_IsInTheReceipts_AndOutlivesAStop()
    {
        var room = (string)(await Service.PostAsync("/api/rooms", new { name = "one", participants = new[] { new { user = "anonymous" } } }))["channel"]!;
        var message = await Service.PostAsync($"/api/{room}/messages", new { data = "hello" });
        using var marked = await Service.Http.PostAsJsonAsync($"/api/{room}/read", new { seq = (long)message["seq"]! });
        Assert.That(marked.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        await Service.TerminateAsync();
        await StartAgainAsync();

        var receipt = (await Service.GetAsync($"/api/{room}/messages/{message["id"]}/receipts"))["items"]![0]!;
        Assert.That((receipt["read"] is not null, receipt["acknowledged"] is not null, (bool?)receipt["slow"]), Is.EqualTo((true, true, false)));
    }

    [Test]
    public async Task Participant_WhoWasRemoved_StaysInTheReceiptsOfWhatWasSaidBefore_AsHavingLeft()
    {
        var before = await SayAsync("to all");
        await using var ada = await OpenAsync("ada");
        await ada.SubscribeAsync(_room, since: 0);
        await ada.EventsAsync(4);
        await ada.SendAsync(new { op = "ack", channel = _room, seq = before["seq"] });
        await Eventually.HoldsAsync(async () => (await ReceiptAsync(before, "ada"))["acknowledged"] is not null, "acknowledged");
        var was = await ReceiptAsync(before, "ada");
        using var removed = await Service.Http.DeleteAsync($"/api/{_room}/participants/ada");
        await ada.NextAsync("event");
        await ada.NextAsync("error");
        var after = await SayAsync("to those who are left");

        await Eventually.HoldsAsync(async () => (bool?)(await ReceiptAsync(before, "ada"))["isThere"] == false, "gone");
        var now = await ReceiptAsync(before, "ada");
        Assert.That(
            ((string?)now["role"], (string?)now["sent"], (string?)now["acknowledged"], (bool?)now["slow"]),
            Is.EqualTo(("student", (string?)was["sent"], (string?)was["acknowledged"], false)));
        Assert.That((now["left"] is not null, was["left"] is null), Is.EqualTo((true, true)));
        Assert.That((await ReceiptsAsync(after)).Select(item => (string?)item!["user"]), Is.EqualTo(new[] { "tutor" }));

        await Service.PostAsync($"/api/{_room}/participants", new { user = "ada", role = "helper" });
        now = await ReceiptAsync(before, "ada");
        Assert.That(((string?)now["role"], now["left"]), Is.EqualTo(("helper", (JsonNode?)null)), "who is back has not left");
    }

    [Test, Category("Slow")]
    public async Task TutorWhoJoinsLate_AndGetsNothing_IsSlow_InReceiptsAndLogAndFigures()
    {
        var alone = (string)(await Service.PostAsync("/api/rooms", new { name = "early", participants = new[] { new { user = "anonymous" } } }))["channel"]!;
        var early = await Service.PostAsync($"/api/{alone}/messages", new { data = "is anybody there?" });
        await SayAsync("tells the time: who owes this is called slow when nobody owes the other any more");
        await Eventually.HoldsAsync(() => Service.Output.Contains("user=tutor role=tutor message=", StringComparison.Ordinal), "its time is over");
        await Service.PostAsync($"/api/{alone}/participants", new { user = "late", role = "tutor" });
        await Service.PostAsync($"/api/{alone}/participants", new { user = "late", role = "tutor" });

        var line = $"room={alone["rooms/".Length..]} user=late role=tutor";
        await Eventually.HoldsAsync(() => Service.Output.Contains($"{line} message={early["id"]} seq={early["seq"]}: slow", StringComparison.Ordinal), "told");
        var receipt = (await ReceiptsAsync(early, alone)).Single(item => (string?)item!["user"] == "late")!;
        Assert.That((bool?)receipt["slow"], Is.True);
        Assert.That(await Service.Http.GetStringAsync("/metrics"), Does.Contain("gateway_rooms_slow_participants 3\n"));
        Assert.That(Service.Output.Split($"{line} joined"), Has.Length.EqualTo(2), "who is there already does not join");
    }

    [Test]
    public async Task Message_ThatWasDeleted_IsOwedByNobody()
    {
        var message = await SayAsync("never mind");
        await Eventually.HoldsAsync(() => Service.Output.Contains("user=tutor role=tutor message=", StringComparison.Ordinal), "told");
        Assert.That((bool?)(await ReceiptAsync(message, "tutor"))["slow"], Is.True);
        using var deleted = await Service.Http.DeleteAsync($"/api/{_room}/messages/{message["id"]}");

        Assert.That((bool?)(await ReceiptAsync(message, "tutor"))["slow"], Is.False);
        await Eventually.HoldsAsync(() => Service.Output.Contains("what it owed was deleted", StringComparison.Ordinal), "and the log says why");
    }

    [Test]
    public async Task Correction_IsInTheLog_InTheRoleOfTheRoom()
    {
        await Service.PostAsync($"/api/{_room}/participants", new { user = "anonymous", role = "head of maths" });
        var message = await SayAsync("helo");
        using var edited = await Service.Http.PutAsJsonAsync($"/api/{_room}/messages/{message["id"]}", new { data = "hello" });
        using var deleted = await Service.Http.DeleteAsync($"/api/{_room}/messages/{message["id"]}");

        var line = $"room={_room["rooms/".Length..]} user=anonymous role=\"head of maths\" message={message["id"]} seq={message["seq"]}";
        foreach (var words in new[] { ": stored", ": edited", ": deleted" })
        {
            await Eventually.HoldsAsync(() => Service.Output.Contains($"{line}{words}", StringComparison.Ordinal), words);
        }
    }

    [Test]
    public async Task CallForHelp_ShowsWhetherItsCallerGotTheAnswer()
    {
        var help = (string)(await Service.PostAsync("/api/rooms", new { name = "Help at the door" }))["channel"]!;
        await using var caller = await OpenAsync("caller");
        await caller.SubscribeAsync(help, since: 0);
        await caller.EventsAsync(1);
        var answer = await Service.PostAsync($"/api/{help}/messages", new { data = "coming" });
        await caller.EventsAsync(1);

        await Eventually.HoldsAsync(async () => (await ReceiptsAsync(answer, help)).Single()!["sent"] is not null, "sent");
        Assert.That((string?)(await ReceiptsAsync(answer, help)).Single()!["user"], Is.EqualTo("caller"));
    }

    private Task<JsonNode> SayAsync(string text) => Service.PostAsync($"/api/{_room}/messages", new { data = new { text } });

    private async Task<JsonArray> ReceiptsAsync(JsonNode message, string? room = null) =>
        (await Service.GetAsync($"/api/{room ?? _room}/messages/{message["id"]}/receipts"))["items"]!.AsArray();

    private async Task<JsonNode> OfChannelAsync(JsonNode message, string user) =>
        (await Service.GetAsync($"/api/{_room}/receipts"))["items"]!.AsArray()
            .Single(item => (long)item!["seq"]! == (long)message["seq"]! && (string?)item["user"] == user)!;

    private async Task<JsonNode> ReceiptAsync(JsonNode message, string user) =>
        (await ReceiptsAsync(message)).Single(item => (string?)item!["user"] == user)!;

    private async Task<ManualPage> OpenAsync(string user)
    {
        var ticket = await Service.PostAsync("/api/tickets", new { user });
        return await ManualPage.OpenAsync(Service, (string)ticket["ticket"]!);
    }
}
