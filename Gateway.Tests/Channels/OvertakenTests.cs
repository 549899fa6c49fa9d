using System.Text.Json.Nodes;
using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>What a reader would get next is no longer kept: over each way it is told so, with the state, and goes on behind it.</summary>
internal sealed class OvertakenTests
{
    private static readonly ChannelName Job = ChannelName.Of("jobs", "one");

    private LiveFixture _live = null!;

    [SetUp]
    public async Task SetUp()
    {
        _live = await LiveFixture.StartAsync(new() { PageSize = 2 });
        _live.Journal.Append(Job, 6);
        _live.Journal.AfterRead = () => _live.Journal.Oldest = 5;
    }

    [TearDown]
    public async Task TearDown() => await _live.DisposeAsync();

    [TestCase("jobs/one", "seq")]
    [TestCase("jobs", "position")]
    public async Task Socket_IsToldTheState_AndGoesOn(string stream, string cursor)
    {
        await using var page = await _live.OpenPageAsync();
        var start = await page.AskAsync($$"""{"op":"subscribe","id":1,"channel":"{{stream}}","since":1,"epoch":"e1"}""");
        Assert.That((bool)start["reset"]!, Is.False);
        Assert.That(await page.EventsAsync(2, cursor), Is.EqualTo(new[] { 2L, 3 }));

        AssertReset(await page.NextAsync(), stream, cursor);
        _live.Journal.Append(Job);
        Assert.That(await page.EventsAsync(1, cursor), Is.EqualTo(new[] { 7L }));
        await page.SendAsync($$"""{"op":"ack","channel":"{{stream}}","{{cursor}}":7}""");
        Assert.That((string?)(await page.AskAsync("""{"op":"ping"}"""))["op"], Is.EqualTo("pong"), "the acknowledgement is good");
    }

    [TestCase("jobs/one", "seq")]
    [TestCase("jobs", "position")]
    public async Task EventStream_IsToldTheState_AndGoesOn(string stream, string cursor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/{stream}/events?since=1&epoch=e1");
        request.Headers.Add("Accept", "text/event-stream");
        using var answer = await _live.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.That(await NextAsync(lines), Does.StartWith("event: subscribed\ndata: {").And.Contains("\"reset\":false"));
        Assert.That(await NextAsync(lines), Does.StartWith("id: e1:2\n"));
        Assert.That(await NextAsync(lines), Does.StartWith("id: e1:3\n"));

        const string start = "event: subscribed\ndata: ";
        var anew = await NextAsync(lines);
        Assert.That(anew, Does.StartWith(start));
        AssertReset(JsonNode.Parse(anew[start.Length..])!, stream, cursor);
        _live.Journal.Append(Job);
        Assert.That(await NextAsync(lines), Does.StartWith("id: e1:7\n"));
    }

    [TestCase("jobs/one")]
    [TestCase("jobs")]
    public async Task Get_IsToldTheState(string stream)
    {
        _live.Journal.AfterSnapshot = () => _live.Journal.Oldest = 5;
        var page = JsonNode.Parse(await _live.Http.GetStringAsync($"/api/{stream}/events?since=1&epoch=e1"))!;

        Assert.That(((bool)page["reset"]!, (long)page["head"]!, page["events"]!.AsArray().Count), Is.EqualTo((true, 6L, 0)));
        Assert.That(page["state"], Is.Not.Null);
    }

    [Test]
    public async Task ViewerOfStates_IsToldTheNewest_AndNothingElse()
    {
        await using var page = await _live.OpenPageAsync();
        await page.AskAsync("""{"op":"subscribe","channel":"jobs/one","every":50}""");
        _live.Journal.Oldest = 7;
        for (var i = 0; i < 1_000; i++)
        {
            _live.Journal.Append(Job);
            _live.Journal.Oldest = i + 8;
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                _live.Time.Advance(TimeSpan.FromMilliseconds(50));
                var frame = await page.NextAsync();
                return (string?)frame["op"] == "state" && (long)frame["seq"]! == 1_006;
            },
            "the last state comes");
    }

    private static void AssertReset(JsonNode frame, string stream, string cursor)
    {
        Assert.That(((string?)frame["channel"], (string?)frame["epoch"], (bool)frame["reset"]!), Is.EqualTo((stream, "e1", true)), frame.ToJsonString());
        Assert.That((long)frame[cursor]!, Is.EqualTo(6));
        Assert.That(frame["state"]!.ToJsonString(), Does.Contain("\"n\":6"));
        Assert.That(frame["id"], Is.Null);
    }

    private static async Task<string> NextAsync(StreamReader lines)
    {
        var message = new List<string>();
        while (await lines.ReadLineAsync() is { Length: > 0 } line)
        {
            message.Add(line);
        }

        return string.Join('\n', message);
    }
}
