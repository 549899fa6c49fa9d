using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>Rooms on a service that knows its users: who takes part reads, who does not sees not even that there is a room.</summary>
public sealed class RoomRightsTests() : ServiceTest(Admin)
{
    private const string Word = "a long enough password";

    private HttpClient _ada = null!;
    private HttpClient _eve = null!;
    private HttpClient _operator = null!;
    private string _room = null!;
    private JsonNode _message = null!;

    [SetUp]
    public async Task StartAsync()
    {
        (_ada, _eve, _operator) = (await SignInAsync("ada", "viewer"), await SignInAsync("eve", "viewer"), await SignInAsync("otto", "operator"));
        var made = await Service.PostAsync("/api/rooms", new { name = "maths", participants = new[] { new { user = "ada", role = "student" } } });
        _room = (string)made["channel"]!;
        _message = await Service.PostAsync($"/api/{_room}/messages", new { data = "hello" });
    }

    [TearDown]
    public void SignOut()
    {
        foreach (var client in new[] { _ada, _eve, _operator })
        {
            client.Dispose();
        }
    }

    [TestCase("", 200)]
    [TestCase("/events?since=0", 200)]
    [TestCase("/receipts", 200)]
    [TestCase("/messages", 200)]
    [TestCase("/messages/M/receipts", 200)]
    [TestCase("/messages/none/receipts", 404)]
    [Category("Slow")]
    public async Task Room_IsReadByParticipantsAndStaff_AndByNoStranger(string path, int status)
    {
        var url = $"/api/{_room}{path.Replace("M", (string)_message["id"]!, StringComparison.Ordinal)}";

        Assert.That((await StatusAsync(_ada, url), await StatusAsync(_operator, url)), Is.EqualTo((status, status)));
        Assert.That(await StatusAsync(_eve, url), Is.EqualTo(403));
        Assert.That(await StatusAsync(_eve, $"/api/rooms/none{path}"), Is.EqualTo(403), "the same whether there is such a room or not");
    }

    [Test]
    public async Task List_ShowsTheRoomsThatOneMayRead_AndTheFeedIsForStaff()
    {
        await Service.PostAsync("/api/rooms", new { name = "open" });

        Assert.That(await NamesAsync(_ada), Is.EqualTo(new[] { "open", "maths" }));
        Assert.That(await NamesAsync(_eve), Is.EqualTo(new[] { "open" }));
        Assert.That(await NamesAsync(_operator), Is.EqualTo(new[] { "open", "maths" }));
        Assert.That((await StatusAsync(_ada, "/api/rooms/events"), await StatusAsync(_operator, "/api/rooms/events")), Is.EqualTo((403, 200)));
    }

    [Test, Category("Slow")]
    public async Task Ticket_ThatAProgramGetsForSomebody_HasTheRightsOfThatPerson_WhateverTheirName()
    {
        foreach (var (user, expected) in new[] { ("ada", "subscribed"), ("eve", "error"), ("otto", "error") })
        {
            var ticket = await Service.PostAsync("/api/tickets", new { user });
            await using var page = await ManualPage.OpenAsync(Service, (string)ticket["ticket"]!);
            await page.SendAsync(new { op = "subscribe", id = 1, channel = _room });
            Assert.That((string?)(await page.NextAsync("subscribed", "error"))["op"], Is.EqualTo(expected), user);
        }
    }

    [Test, Category("Slow")]
    public async Task EventStreamAndPoll_OfWhoIsRemoved_EndThere()
    {
        using var stream = await _ada.SendAsync(
            new(HttpMethod.Get, $"/api/{_room}/events") { Headers = { { "Accept", "text/event-stream" } } }, HttpCompletionOption.ResponseHeadersRead);
        var reading = stream.Content.ReadAsStringAsync();
        var polling = _ada.GetFromJsonAsync<JsonNode>($"/api/{_room}/events?since=3&epoch={(await Service.GetAsync($"/api/{_room}"))["epoch"]}&wait=20");
        await Eventually.HoldsAsync(
            async () => (await Service.GetAsync("/api/connections"))["items"]!.AsArray().Count == 2, "the stream and the poll are there");
        using var removed = await Service.Http.DeleteAsync($"/api/{_room}/participants/ada");
        await Service.PostAsync($"/api/{_room}/messages", new { data = "secret" });

        Assert.That(await reading, Does.Contain("\"type\":\"left\"").And.Not.Contain("secret"));
        Assert.That((await polling)!["events"]!.AsArray().Select(stored => (string?)stored!["type"]), Is.EqualTo(new[] { "left" }));
        Assert.That(await StatusAsync(_ada, $"/api/{_room}/events"), Is.EqualTo(403));
    }

    [Test]
    public async Task Viewer_WhoTakesPart_Speaks_AndTakesBackTheirOwn_AndRunsNothing()
    {
        var open = (string)(await Service.PostAsync("/api/rooms", new { name = "open" }))["channel"]!;
        using var said = await _ada.PostAsJsonAsync($"/api/{_room}/messages", new { data = "hello" });
        var message = (string)(await said.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
        Assert.That(said.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(await SendAsync(_ada, HttpMethod.Put, $"/api/{_room}/messages/{message}", new { data = "hello!" }), Is.EqualTo(200));
        Assert.That(await SendAsync(_ada, HttpMethod.Put, $"/api/{_room}/messages/{_message["id"]}", new { data = "not hers" }), Is.EqualTo(403));
        Assert.That(await SendAsync(_ada, HttpMethod.Delete, $"/api/{_room}/messages/{message}"), Is.EqualTo(204));
        Assert.That(await SendAsync(_ada, HttpMethod.Post, $"/api/{_room}/read", new { seq = 3 }), Is.EqualTo(204));

        Assert.That(await SendAsync(_ada, HttpMethod.Post, $"/api/{_room}/participants", new { user = "eve" }), Is.EqualTo(403));
        Assert.That(await SendAsync(_ada, HttpMethod.Delete, $"/api/{_room}/participants/ada"), Is.EqualTo(403));
        Assert.That(await SendAsync(_ada, HttpMethod.Post, "/api/rooms", new { name = "hers" }), Is.EqualTo(403));
        Assert.That(await SendAsync(_eve, HttpMethod.Post, $"/api/{_room}/messages", new { data = "hello" }), Is.EqualTo(403));
        Assert.That(await SendAsync(_eve, HttpMethod.Post, $"/api/{_room}/read", new { seq = 3 }), Is.EqualTo(403));
        Assert.That(await SendAsync(_eve, HttpMethod.Post, $"/api/{open}/messages", new { data = "hello" }), Is.EqualTo(403), "who only looks on");
        using var removed = await Service.Http.DeleteAsync($"/api/{_room}/participants/ada");
        Assert.That(await SendAsync(_ada, HttpMethod.Post, $"/api/{_room}/messages", new { data = "still there?" }), Is.EqualTo(403));
    }

    [Test]
    public async Task Viewer_WhoTakesPart_SpeaksAndTypesFromAPage_InTheRoleOfTheRoom()
    {
        await using var otto = await OpenAsync(_operator);
        await using var ada = await OpenAsync(_ada);
        await otto.SendAsync(new { op = "presence", id = 1, channel = _room });
        await otto.NextAsync("presence");
        await ada.SubscribeAsync(_room);
        Assert.That((string?)(await otto.NextAsync("join"))["role"], Is.EqualTo("student"));
        await ada.SendAsync(new { op = "signal", channel = _room, data = new { typing = true } });
        Assert.That((string?)(await otto.NextAsync("signal"))["role"], Is.EqualTo("student"));
        await ada.SendAsync(new { op = "publish", id = 2, channel = _room, data = "hello" });
        Assert.That((string?)(await ada.NextAsync("event"))["data"]!["role"], Is.EqualTo("student"));
        await ada.NextAsync("published");

        await Service.PostAsync($"/api/{_room}/participants", new { user = "ada", role = "tutor" });
        await otto.SendAsync(new { op = "presence", id = 2, channel = _room });
        Assert.That((string?)(await otto.NextAsync("presence"))["members"]![0]!["role"], Is.EqualTo("tutor"));
        using var removed = await Service.Http.DeleteAsync($"/api/{_room}/participants/ada");
        Assert.That((string?)(await otto.NextAsync("leave"))["role"], Is.EqualTo("tutor"));
    }

    private async Task<ManualPage> OpenAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("/api/tickets", new { });
        return await ManualPage.OpenAsync(Service, (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["ticket"]!);
    }

    private static async Task<int> SendAsync(HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return (int)answer.StatusCode;
    }

    private static async Task<IEnumerable<string?>> NamesAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonNode>("/api/rooms"))!["items"]!.AsArray().Select(room => (string?)room!["name"]);

    private async Task<HttpClient> SignInAsync(string name, string role)
    {
        await Service.PostAsync("/api/users", new { name, role, password = Word });
        var client = new HttpClient { BaseAddress = Service.Page };
        using var answer = await client.PostAsJsonAsync("/api/sign-in", new { user = name, password = Word });
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        client.DefaultRequestHeaders.Add("Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return client;
    }
}
