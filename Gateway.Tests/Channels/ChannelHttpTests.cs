using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>The HTTP part of the contract: snapshot, events, long-poll, event streams, acknowledgements, receipts.</summary>
public sealed class ChannelHttpTests
{
    private static readonly ChannelName Job = ChannelName.Of("jobs", "one");

    private LiveFixture _live = null!;

    [SetUp]
    public async Task SetUp()
    {
        _live = await LiveFixture.StartAsync();
        _live.Journal.Append(Job, 3);
    }

    [TearDown]
    public async Task TearDown() => await _live.DisposeAsync();

    [Test]
    public async Task Snapshot_HasStateAndCursor() => Assert.That(
        await _live.Http.GetStringAsync("/api/jobs/one"), Is.EqualTo("""{"channel":"jobs/one","epoch":"e1","seq":3,"state":{"n":3}}"""));

    [TestCase("/api/jobs/none", 404, "unknown_job", null)]
    [TestCase("/api/jobs/none/events", 404, "unknown_job", null)]
    [TestCase("/api/rooms/one/events", 403, "forbidden", null)]
    [TestCase("/api/jobs/one/events?limit=0", 400, "invalid", "limit")]
    [TestCase("/api/jobs/one/events?limit=1001", 400, "invalid", "limit")]
    [TestCase("/api/jobs/one/events?since=-1", 400, "invalid", "since")]
    [TestCase("/api/jobs/one/events?wait=31", 400, "invalid", "wait")]
    public async Task RequestThatDoesNotFit_IsAProblem(string path, int status, string code, string? field)
    {
        var answer = await _live.Http.GetAsync(path);
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>();

        Assert.That(((int)answer.StatusCode, (string?)problem!["code"], (string?)problem["field"]), Is.EqualTo((status, code, field)));
    }

    [Test]
    public async Task Events_AreAPageAfterTheCursor()
    {
        var page = await GetAsync("/api/jobs/one/events?since=1&epoch=e1&limit=1");

        Assert.That(page["events"]!.AsArray().Select(stored => (long)stored!["seq"]!), Is.EqualTo(new[] { 2L }));
        Assert.That(((long)page["head"]!, (bool)page["reset"]!, page["state"]), Is.EqualTo((3L, false, (JsonNode?)null)));
    }

    [Test]
    public async Task EventsFromTheStart_ComeWithTheState() =>
        Assert.That((await GetAsync("/api/jobs/one/events"))["state"]!.ToJsonString(), Is.EqualTo("""{"n":3}"""));

    [Test]
    public async Task EventsOfAnotherEpoch_AreAReset() => Assert.That(
        await _live.Http.GetStringAsync("/api/jobs/one/events?since=2&epoch=other"),
        Is.EqualTo("""{"epoch":"e1","reset":true,"head":3,"events":[],"state":{"n":3}}"""));

    [Test]
    public async Task FeedEvents_GoByPosition()
    {
        _live.Journal.Append(ChannelName.Of("jobs", "two"));

        Assert.That(((await GetAsync("/api/jobs/events?since=3&epoch=e1"))["events"]!).AsArray().Select(stored => (string?)stored!["channel"]),
            Is.EqualTo(new[] { "jobs/two" }));
    }

    [Test]
    public async Task LongPoll_IsAnsweredByTheEvent_AndCountsAsSubscriber()
    {
        var polling = GetAsync("/api/jobs/one/events?since=3&epoch=e1&wait=30");
        await Eventually.HoldsAsync(() => _live.Listener.Told.Any(), "the poll waits");
        _live.Journal.Append(Job);
        var page = await polling;

        Assert.That(page["events"]!.AsArray().Select(stored => (long)stored!["seq"]!), Is.EqualTo(new[] { 4L }));
        Assert.That((long)page["head"]!, Is.EqualTo(4));
        Assert.That(_live.Listener.Told, Is.EqualTo(new[] { "first jobs/one", "last jobs/one" }));
        Assert.That(_live.Hub.Streams, Is.Zero);
    }

    [Test]
    public async Task LongPollThatNothingAnswers_EndsEmpty()
    {
        var polling = GetAsync("/api/jobs/one/events?since=3&epoch=e1&wait=30");
        await _live.Time.PassWaitAsync(TimeSpan.FromSeconds(30));
        var page = await polling;

        Assert.That(page["events"]!.AsArray(), Is.Empty);
        Assert.That(_live.Hub.Streams, Is.Zero);
    }

    [Test]
    public async Task EventStream_StartsWithTheState_AndGoesOn()
    {
        using var lines = await StreamAsync("/api/jobs/one/events");
        _live.Journal.Append(Job);

        Assert.That(await lines.ReadLineAsync(), Is.EqualTo("event: subscribed"));
        Assert.That(await lines.ReadLineAsync(), Is.EqualTo("""data: {"channel":"jobs/one","epoch":"e1","seq":3,"reset":false,"state":{"n":3}}"""));
        Assert.That(await lines.ReadLineAsync(), Is.Empty);
        Assert.That(await lines.ReadLineAsync(), Is.EqualTo("id: e1:4"));
        Assert.That(await lines.ReadLineAsync(), Does.StartWith("""data: {"channel":"jobs/one","seq":4,"""));
    }

    [Test]
    public async Task EventStream_GoesOnAfterLastEventId_WhateverTheAddressSays()
    {
        using var lines = await StreamAsync("/api/jobs/one/events?since=0&epoch=e1", lastEventId: "e1:2");
        await SkipStartAsync(lines);

        Assert.That(await lines.ReadLineAsync(), Is.EqualTo("id: e1:3"));
    }

    [TestCase("2", true)]
    [TestCase("of-another-service", true)]
    [TestCase("e1:", true)]
    [TestCase("e1:-1", true)]
    [TestCase("e1:99999999999999999999", true)]
    [TestCase("e0:2", true)]
    [TestCase("0", false)]
    [TestCase("e1:3", false)]
    public async Task EventStream_AfterAnIdThatIsNotOurs_IsReset_NotRefused(string lastEventId, bool isReset)
    {
        using var lines = await StreamAsync("/api/jobs/one/events", lastEventId);

        Assert.That(await lines.ReadLineAsync(), Is.EqualTo("event: subscribed"));
        Assert.That(await lines.ReadLineAsync(), Does.Contain($"\"reset\":{(isReset ? "true" : "false")}"));
    }

    [Test]
    public async Task EventStream_Beats()
    {
        using var lines = await StreamAsync("/api/jobs/one/events");
        await SkipStartAsync(lines);
        await _live.Time.PassWaitAsync(TimeSpan.FromSeconds(10));

        Assert.That(await lines.ReadLineAsync(), Is.EqualTo("event: heartbeat"));
    }

    [Test, Category("Slow")]
    public async Task EventStreamThatIsLeft_LeavesNothingBehind()
    {
        using (var lines = await StreamAsync("/api/jobs/one/events"))
        {
            await SkipStartAsync(lines);
            await Eventually.HoldsAsync(() => _live.Listener.Told.Any(), "it counts as subscriber");
        }

        await Eventually.HoldsAsync(() => _live.Listener.Told.Contains("last jobs/one"), "it left");
        await Eventually.HoldsAsync(() => _live.Hub.Streams == 0, "the stream is forgotten");
    }

    [Test]
    public async Task Shutdown_EndsEventStreams_WithAHintWhenToComeBack()
    {
        using var lines = await StreamAsync("/api/jobs/one/events");
        await SkipStartAsync(lines);
        await _live.StopAsync();

        Assert.That(await lines.ReadLineAsync(), Does.Match(@"^retry: \d{3,4}$"));
        Assert.That((await lines.ReadLineAsync(), await lines.ReadLineAsync()), Is.EqualTo(("", (string?)null)));
    }

    [Test]
    public async Task Shutdown_AnswersThoseWhoWait()
    {
        var polling = GetAsync("/api/jobs/one/events?since=3&epoch=e1&wait=30");
        await Eventually.HoldsAsync(() => _live.Listener.Told.Any(), "the poll waits");
        await _live.StopAsync();

        Assert.That((await polling)["events"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Acks_AreInTheReceipts()
    {
        await GetAsync("/api/jobs/one/events?since=1&epoch=e1&client=poller");
        var answer = await _live.Http.PostAsJsonAsync("/api/jobs/one/acks", new { seq = 2, client = "poller" });
        var receipts = await GetAsync("/api/jobs/one/receipts?limit=2");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(receipts.ToJsonString(), Is.EqualTo(
            """
            {"items":[{"seq":3,"subscriber":"poller","user":"kiosk","connected":null,"sent":"2026-01-03T10:00:00.000Z","acknowledged":null},
            {"seq":2,"subscriber":"poller","user":"kiosk","connected":null,"sent":"2026-01-03T10:00:00.000Z",
            "acknowledged":"2026-01-03T10:00:00.000Z"}],"next":2}
            """.Replace("\n", "", StringComparison.Ordinal)));
    }

    [TestCase("""{"seq":4,"client":"poller"}""", "seq")]
    [TestCase("""{"client":"poller"}""", "seq")]
    [TestCase("""{"seq":"1","client":"poller"}""", "seq")]
    [TestCase("""{"seq":1}""", "client")]
    [TestCase("""{"seq":1,"client":"\ud800"}""", "client")]
    [TestCase("""{"\ud800":1,"client":"poller"}""", "body")]
    [TestCase("""nonsense""", "body")]
    public async Task AckThatDoesNotFit_NamesTheField(string body, string field)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var answer = await _live.Http.PostAsync("/api/jobs/one/acks", content);

        Assert.That((string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["field"], Is.EqualTo(field));
    }

    [Test]
    public async Task AckThatIsTooBig_IsRefused()
    {
        using var content = new StringContent($"{{\"seq\":1,\"x\":\"{new string('x', 5_000)}\"}}", System.Text.Encoding.UTF8, "application/json");

        Assert.That((await _live.Http.PostAsync("/api/jobs/one/acks", content)).StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _live.Http.GetStringAsync(path))!;

    private async Task<StreamReader> StreamAsync(string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/event-stream" } } };
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var answer = await _live.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new(await answer.Content.ReadAsStreamAsync());
    }

    private static async Task SkipStartAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { Length: > 0 } line)
        {
            Assert.That(line, Does.StartWith("event: subscribed").Or.StartsWith("data: "));
        }
    }
}
