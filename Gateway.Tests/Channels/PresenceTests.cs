using System.Text.Json.Nodes;
using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>Presence: who follows a channel, by user; joins and leaves for those who ask.</summary>
public sealed class PresenceTests
{
    private LiveFixture _live = null!;
    private LivePage _watcher = null!;

    [SetUp]
    public async Task SetUp()
    {
        _live = await LiveFixture.StartAsync();
        _live.Journal.Append(ChannelName.Of("talks", "one"));
        _watcher = await _live.OpenPageAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _watcher.DisposeAsync();
        await _live.DisposeAsync();
    }

    [Test]
    public async Task Members_AreThoseWhoFollow_ByUser()
    {
        await _watcher.AskAsync("""{"op":"subscribe","channel":"talks/one"}""");
        await using var other = await FollowAsync();

        var presence = await WaitForMembersAsync(2);
        Assert.That(presence.ToJsonString(), Is.EqualTo(
            """
            {"op":"presence","id":4,"channel":"talks/one","members":[{"user":"kiosk","role":null,"since":"2026-01-03T10:00:00.000Z"},
            {"user":"other","role":"teacher","since":"2026-01-03T10:00:00.000Z"}]}
            """.Replace("\n", "", StringComparison.Ordinal)));
    }

    [Test]
    public async Task UserWithTwoConnections_JoinsOnce_AndLeavesWithTheLast()
    {
        await AskAsync();
        var first = await FollowAsync();
        var joined = await _watcher.NextAsync();
        var second = await FollowAsync();
        await first.CloseAsync();
        await second.CloseAsync();
        var left = await _watcher.NextAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();

        Assert.That(joined.ToJsonString(),
            Is.EqualTo("""{"op":"join","channel":"talks/one","user":"other","role":"teacher","since":"2026-01-03T10:00:00.000Z"}"""));
        Assert.That((string?)left["op"], Is.EqualTo("leave"));
        Assert.That((await AskAsync())["members"]!.AsArray(), Is.Empty);
    }

    [Test, Category("Slow")]
    public async Task EventStream_IsPresence()
    {
        await AskAsync();
        using var stop = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/talks/one/events") { Headers = { { "Accept", "text/event-stream" } } };
        using (await _live.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token))
        {
            Assert.That((string?)(await _watcher.NextAsync())["op"], Is.EqualTo("join"));
        }

        Assert.That((string?)(await _watcher.NextAsync())["op"], Is.EqualTo("leave"));
    }

    [Test]
    public async Task UserWhoPolls_StaysBetweenAnswers_AndLeavesWhenNoQuestionFollows()
    {
        await AskAsync();
        for (var head = 1; head < 4; head++)
        {
            var polling = _live.Http.GetStringAsync($"/api/talks/one/events?since={head}&epoch=e1&wait=30");
            await Eventually.HoldsAsync(() => _live.Connections.Count == 2, "the poll waits");
            _live.Journal.Append(ChannelName.Of("talks", "one"));
            await polling;
            await Eventually.HoldsAsync(() => _live.Connections.Count == 1, "the poll has ended");
            _live.Time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.That((string?)(await _watcher.NextAsync())["op"], Is.EqualTo("join"));
        Assert.That((await AskAsync())["members"]!.AsArray(), Has.Count.EqualTo(1), "nothing else was told, and it is there");
        _live.Time.Advance(TimeSpan.FromSeconds(3));
        string? news;
        do
        {
            news = (string?)(await _watcher.NextAsync())["op"];
        }
        while (news == "heartbeat");

        Assert.That(news, Is.EqualTo("leave"), "once");
        Assert.That((await AskAsync())["members"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Unsubscribe_EndsTheNews_AndLeavesNothingBehind()
    {
        await AskAsync();
        await _watcher.AskAsync("""{"op":"unsubscribe","channel":"talks/one"}""");
        await using (var other = await FollowAsync())
        {
            Assert.That((string?)(await _watcher.AskAsync("""{"op":"ping"}"""))["op"], Is.EqualTo("pong"));
            await other.CloseAsync();
        }

        await Eventually.HoldsAsync(() => _live.Presence.Streams == 0, "nobody is there and nobody asks");
    }

    [Test]
    public async Task WatcherThatVanishes_LeavesNothingBehind()
    {
        await AskAsync();
        _watcher.Abort();

        await Eventually.HoldsAsync(() => _live.Presence.Streams == 0, "its watch is gone");
    }

    [TestCase("rooms/one", "forbidden")]
    [TestCase("talks/none", "unknown_channel")]
    [TestCase("nonsense/one", "unknown_channel")]
    [TestCase("/", "bad_request")]
    public async Task PresenceThatIsNotToBeHad_IsAnError(string channel, string code) =>
        Assert.That((string?)(await _watcher.AskAsync($$"""{"op":"presence","channel":"{{channel}}"}"""))["code"], Is.EqualTo(code));

    [Test]
    public void TooManyChanges_BecomeOneList()
    {
        var woken = 0;
        var rights = new LiveFixture.OpenDesk().RightsOf(new Microsoft.AspNetCore.Http.DefaultHttpContext());
        var watch = new Gateway.Channels.PresenceWatch(default, rights, _ => woken++);
        var wakes = Enumerable.Range(0, 300).Count(i => watch.Add(new(Joined: true, new($"u{i}", null, default))));
        var (changes, tooMany) = watch.Take();

        Assert.That((wakes, changes.Count, tooMany), Is.EqualTo((1, 0, true)));
        Assert.That(watch.Add(new(Joined: true, new("u", null, default))), "it is woken again");
    }

    private Task<JsonNode> AskAsync() => _watcher.AskAsync("""{"op":"presence","id":4,"channel":"talks/one"}""");

    private async Task<LivePage> FollowAsync()
    {
        var page = await _live.OpenPageAsync("other");
        await page.AskAsync("""{"op":"subscribe","channel":"talks/one"}""");
        // Present it is from the moment in which "subscribed" has left, and an answer after that has left later.
        await page.AskAsync("""{"op":"ping"}""");
        return page;
    }

    // Who is told "subscribed" is present a moment later. Each question begins anew: joins in between belong to the former one.
    private async Task<JsonNode> WaitForMembersAsync(int count)
    {
        JsonNode presence;
        do
        {
            do
            {
                presence = await AskAsync();
            }
            while ((string?)presence["op"] != "presence");
        }
        while (presence["members"]!.AsArray().Count < count);
        return presence;
    }
}
