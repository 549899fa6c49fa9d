using System.Net.WebSockets;
using Gateway.Channels;
using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>The WebSocket part of the contract, over real sockets.</summary>
public sealed class SocketTests
{
    private static readonly ChannelName Job = ChannelName.Of("jobs", "one");

    private LiveFixture _live = null!;
    private LivePage _page = null!;

    [SetUp]
    public async Task SetUp()
    {
        _live = await LiveFixture.StartAsync(new() { PageSize = 4, QueueCapacity = 4, MaxChannelsPerConnection = 2 });
        _live.Journal.Append(Job, 3);
        _page = await _live.OpenPageAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        await _page.DisposeAsync();
        await _live.DisposeAsync();
    }

    [Test]
    public async Task Subscribe_AnswersTheState_ThenWhatComes()
    {
        var subscribed = await _page.AskAsync("""{"op":"subscribe","id":1,"channel":"jobs/one"}""");
        _live.Journal.Append(Job);

        Assert.That(subscribed.ToJsonString(),
            Is.EqualTo("""{"op":"subscribed","id":1,"channel":"jobs/one","epoch":"e1","seq":3,"reset":false,"state":{"n":3}}"""));
        Assert.That((await _page.NextAsync()).ToJsonString(), Is.EqualTo(
            """{"op":"event","channel":"jobs/one","seq":4,"position":4,"type":"progress","at":"1970-01-01T00:00:00.000Z","data":{}}"""));
    }

    [Test]
    public async Task SubscribeSince_SendsWhatWasMissed_ThenWhatComes()
    {
        _live.Journal.Append(Job, 20);
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs/one","since":1,"epoch":"e1"}""");
        var missed = await _page.EventsAsync(22);
        _live.Journal.Append(Job, 20);

        Assert.That(missed.Concat(await _page.EventsAsync(20)), Is.EqualTo(Enumerable.Range(2, 42)));
    }

    [TestCase(""" "since":4,"epoch":"e1" """, true, TestName = "Cursor_BeyondTheHead_IsReset")]
    [TestCase(""" "since":3,"epoch":"e1" """, false, TestName = "Cursor_AtTheHead_IsNotReset")]
    [TestCase(""" "since":2,"epoch":"other" """, true, TestName = "Cursor_OfAnotherEpoch_IsReset")]
    [TestCase(""" "since":2,"epoch":"" """, true, TestName = "Cursor_OfAnEmptyEpoch_IsReset")]
    [TestCase(""" "since":2 """, true, TestName = "Cursor_WithoutEpoch_IsReset")]
    public async Task Reset(string cursor, bool reset)
    {
        var subscribed = await _page.AskAsync($$"""{"op":"subscribe","channel":"jobs/one",{{cursor}}}""");
        _live.Journal.Append(Job);

        Assert.That((bool)subscribed["reset"]!, Is.EqualTo(reset));
        Assert.That(await _page.EventsAsync(1), Is.EqualTo(new[] { 4L }), "the stream goes on after the head");
    }

    [Test]
    public async Task CursorZero_NeverResets()
    {
        var subscribed = await _page.AskAsync("""{"op":"subscribe","channel":"jobs/one","since":0,"epoch":"other"}""");

        Assert.That((bool)subscribed["reset"]!, Is.False);
        Assert.That(await _page.EventsAsync(3), Is.EqualTo(new[] { 1L, 2, 3 }));
    }

    [Test]
    public async Task Feed_CarriesAllChannelsByPosition()
    {
        var subscribed = await _page.AskAsync("""{"op":"subscribe","id":"f","channel":"jobs","since":2,"epoch":"e1"}""");
        _live.Journal.Append(ChannelName.Of("rooms", "r"));
        _live.Journal.Append(ChannelName.Of("jobs", "two"));

        Assert.That(subscribed["state"]!.ToJsonString(), Is.EqualTo("""{"items":[{"n":3,"channel":"jobs/one","seq":3}],"next":null}"""));
        Assert.That(((string?)subscribed["id"], (long)subscribed["position"]!, subscribed["seq"]), Is.EqualTo(("f", 3L, (object?)null)));
        var first = await _page.NextAsync();
        Assert.That(((string?)first["feed"], (long)first["position"]!), Is.EqualTo(("jobs", 3L)));
        Assert.That(await _page.EventsAsync(1, "position"), Is.EqualTo(new[] { 5L }));
    }

    [Test]
    public async Task SubscribingAgain_ReplacesTheFirst()
    {
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs/one"}""");
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs/one"}""");
        _live.Journal.Append(Job, 2);

        Assert.That(await _page.EventsAsync(2), Is.EqualTo(new[] { 4L, 5 }));
        Assert.That((string?)(await _page.AskAsync("""{"op":"ping"}"""))["op"], Is.EqualTo("pong"), "no second copy");
        Assert.That(_live.Hub.Subscriptions, Is.EqualTo(1));
        Assert.That(_live.Listener.Told, Is.EqualTo(new[] { "first jobs/one" }), "nobody left");
    }

    [Test]
    public async Task Unsubscribe_EndsTheEvents_AndTheAttendance()
    {
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs/one"}""");
        var answer = await _page.AskAsync("""{"op":"unsubscribe","id":3,"channel":"jobs/one"}""");
        _live.Journal.Append(Job);

        Assert.That(answer.ToJsonString(), Is.EqualTo("""{"op":"unsubscribed","id":3,"channel":"jobs/one"}"""));
        Assert.That((string?)(await _page.AskAsync("""{"op":"ping"}"""))["op"], Is.EqualTo("pong"));
        await Eventually.HoldsAsync(() => _live.Listener.Told.SequenceEqual(["first jobs/one", "last jobs/one"]), "told of the first and of the last");
        Assert.That(_live.Hub.Streams, Is.Zero);
    }

    [TestCase("abort")]
    [TestCase("close")]
    public async Task PageThatLeaves_LeavesNothingBehind(string how)
    {
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs/one"}""");
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs"}""");
        if (how == "close")
        {
            await _page.CloseAsync();
        }
        else
        {
            _page.Abort();
        }

        await Eventually.HoldsAsync(() => _live.Sockets.Connections == 0, "the connection is forgotten");
        Assert.That((_live.Hub.Streams, _live.Attendance.Channels), Is.EqualTo((0, 0)));
        Assert.That(_live.Listener.Told, Is.EqualTo(new[] { "first jobs/one", "last jobs/one" }));
    }

    [Test, Category("Slow")]
    public async Task PageThatLeavesWhileItSubscribes_LeavesNothingBehind([Values("jobs/one", "jobs")] string stream)
    {
        using var reading = new SemaphoreSlim(0);
        using var goOn = new ManualResetEventSlim();
        _live.Journal.AfterSnapshot = () =>
        {
            reading.Release();
            goOn.Wait(TimeSpan.FromSeconds(30));
        };
        await _page.SendAsync($$"""{"op":"subscribe","channel":"{{stream}}"}""");
        using var stop = new CancellationTokenSource();
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/{stream}/events") { Headers = { { "Accept", "text/event-stream" } } };
        var streaming = _live.Http.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, stop.Token);
        var polling = _live.Http.GetStringAsync($"/api/{stream}/events?since=3&epoch=e1&wait=30", stop.Token);
        for (var way = 0; way < 3; way++)
        {
            Assert.That(await reading.WaitAsync(TimeSpan.FromSeconds(30)), "each way has joined");
        }

        _page.Abort();
        await stop.CancelAsync();
        _live.Journal.AfterSnapshot = null;
        goOn.Set();
        Assert.That(async () => await streaming, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(async () => await polling, Throws.InstanceOf<OperationCanceledException>());

        await Eventually.HoldsAsync(
            () =>
            {
                _live.Journal.Append(Job);
                _live.Time.Advance(TimeSpan.FromSeconds(5));
                return (_live.Sockets.Connections, _live.Connections.Count, _live.Hub.Streams, _live.Hub.Subscriptions) == (0, 0, 0, 0);
            },
            "every count is back to zero");
        Assert.That((_live.Attendance.Channels, _live.Presence.Streams), Is.EqualTo((0, 0)));
    }

    [TestCase("""{"op":"dance","id":1}""", "bad_request", "op")]
    [TestCase("""{"id":1}""", "bad_request", "op")]
    [TestCase("""{"op":"subscribe","id":1}""", "bad_request", "channel")]
    [TestCase("""{"op":"subscribe","id":1,"channel":"JOBS"}""", "bad_request", "channel")]
    [TestCase("""{"op":"subscribe","id":1,"channel":"jobs/one","since":"x"}""", "bad_request", "since")]
    [TestCase("""{"op":"subscribe","id":1,"channel":"jobs/one","since":-1}""", "bad_request", "since")]
    [TestCase("""{"op":"subscribe","id":1,"channel":"jobs/one","epoch":7}""", "bad_request", "epoch")]
    [TestCase("""{"op":"subscribe","id":1,"channel":"jobs/none"}""", "unknown_channel", "jobs/none")]
    [TestCase("""{"op":"subscribe","id":1,"channel":"pets/one"}""", "unknown_channel", "pets/one")]
    [TestCase("""{"op":"subscribe","id":1,"channel":"rooms/one"}""", "forbidden", "rooms/one")]
    [TestCase("""{"op":"ack","id":1,"channel":"jobs/one","seq":1}""", "bad_request", "channel")]
    [TestCase("""{"op":"ack","id":1,"channel":"jobs/one"}""", "bad_request", "seq")]
    [TestCase("""{"op":"ack","id":1,"channel":"jobs"}""", "bad_request", "position")]
    [TestCase("""{"op":"ack","id":1,"seq":1}""", "bad_request", "channel")]
    [TestCase("""{"op":"signal","id":1,"channel":"jobs/one","data":{}}""", "forbidden", "jobs/one")]
    [TestCase("""{"op":"publish","id":1,"channel":"jobs/one","data":{}}""", "forbidden", "jobs/one")]
    public async Task RequestThatDoesNotFit_IsAnswered_AndTheConnectionStays(string request, string code, string named)
    {
        var error = await _page.AskAsync(request);

        Assert.That(((string?)error["op"], (int)error["id"]!, (string?)error["code"]), Is.EqualTo(("error", 1, code)));
        Assert.That((string?)error["message"], Does.Contain(named));
        Assert.That((string?)(await _page.AskAsync("""{"op":"ping","id":2}"""))["op"], Is.EqualTo("pong"));
        Assert.That(_live.Hub.Streams, Is.Zero);
    }

    [Test]
    public async Task ChannelBeyondTheLimit_IsAnError()
    {
        _live.Journal.Append(ChannelName.Of("jobs", "two"));
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs/one"}""");
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs/two"}""");

        Assert.That((string?)(await _page.AskAsync("""{"op":"subscribe","channel":"jobs"}"""))["code"], Is.EqualTo("limit"));
        Assert.That((string?)(await _page.AskAsync("""{"op":"subscribe","channel":"jobs/two"}"""))["op"], Is.EqualTo("subscribed"), "replacing is no more");
    }

    [Test]
    public async Task States_ComeAtMostEveryInterval()
    {
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs/one","every":1000}""");
        _live.Journal.Append(Job, 9);
        await _page.AskAsync("""{"op":"ping"}""");
        await _live.Time.PassWaitAsync(TimeSpan.FromSeconds(1));

        Assert.That((await _page.NextAsync()).ToJsonString(), Is.EqualTo("""{"op":"state","channel":"jobs/one","seq":12,"state":{"n":12}}"""));
    }

    [Test]
    public async Task Heartbeat_ComesWithinTenSeconds()
    {
        await _page.AskAsync("""{"op":"ping"}""");
        await _live.Time.PassWaitAsync(TimeSpan.FromSeconds(10));

        Assert.That((await _page.NextAsync()).ToJsonString(), Is.EqualTo("""{"op":"heartbeat","at":"2026-01-03T10:00:08.000Z"}"""));
    }

    [Test]
    public async Task Renewal_LetsTheConnectionLiveOn()
    {
        await _page.AskAsync("""{"op":"ping"}""");
        _live.Desk.ExpiresAt += TimeSpan.FromHours(1);

        Assert.That((await _page.AskAsync("""{"op":"renew","id":5,"ticket":"good"}""")).ToJsonString(),
            Is.EqualTo("""{"op":"renewed","id":5,"expiresAt":"2026-01-03T12:00:00.000Z"}"""));
    }

    [Test]
    public async Task RenewalWithoutATicket_IsAnError_AndClosesNothing()
    {
        var error = await _page.AskAsync("""{"op":"renew","id":5}""");

        Assert.That(((int?)error["id"], (string?)error["code"], (string?)error["message"]), Is.EqualTo((5, "bad_request", "ticket is missing")));
        Assert.That((string?)(await _page.AskAsync("""{"op":"ping"}"""))["op"], Is.EqualTo("pong"));
    }

    [TestCase("other", 4403)]
    [TestCase("unknown", 4401)]
    public async Task RenewalWithAWrongTicket_Closes(string ticket, int code)
    {
        await _page.SendAsync($$"""{"op":"renew","ticket":"{{ticket}}"}""");

        Assert.That((await _page.ClosedAsync()).Code, Is.EqualTo(code));
    }

    [Test]
    public async Task RightsThatEnd_CloseWith4401()
    {
        _live.Desk.ExpiresAt = _live.Time.GetUtcNow() + TimeSpan.FromSeconds(5);
        await using var page = await _live.OpenPageAsync();
        await page.AskAsync("""{"op":"ping"}""");
        await _live.Time.PassWaitAsync(TimeSpan.FromSeconds(5));

        Assert.That((await page.ClosedAsync()).Code, Is.EqualTo(4401));
    }

    [TestCase("not json")]
    [TestCase("[1]")]
    [TestCase("")]
    [TestCase("""{"op":"ping","\ud800":1}""")]
    public async Task TextThatIsNoObject_ClosesWith4400(string text)
    {
        await _page.SendAsync(text);

        Assert.That((await _page.ClosedAsync()).Code, Is.EqualTo(4400));
    }

    [Test]
    public async Task Binary_ClosesWith4400()
    {
        await _page.SendAsync("{}"u8.ToArray(), WebSocketMessageType.Binary);

        Assert.That((await _page.ClosedAsync()).Code, Is.EqualTo(4400));
    }

    [TestCase(new byte[] { 0xFF })]
    [TestCase(new byte[] { (byte)'{', (byte)'"', 0xC3, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [TestCase(new byte[] { 0xC0, 0x80 })]
    public async Task TextThatIsNoUtf8_ClosesWith4400(byte[] text)
    {
        await _page.SendAsync(text, WebSocketMessageType.Text);
        var closed = await _page.ClosedAsync();

        Assert.That(closed.Code, Is.EqualTo(4400));
        Assert.That(closed.RetryMs, Is.Positive);
        await Eventually.HoldsAsync(() => _live.Sockets.Connections == 0, "the connection is forgotten");
    }

    [Test]
    public async Task RequestInPieces_IsOneRequest()
    {
        foreach (var letter in """{"op":"ping","id":"é"}""")
        {
            await _page.SendAsync(System.Text.Encoding.UTF8.GetBytes([letter]), WebSocketMessageType.Text, endOfMessage: false);
        }

        await _page.SendAsync([], WebSocketMessageType.Text);
        Assert.That((string?)(await _page.NextAsync())["id"], Is.EqualTo("é"));
    }

    [TestCase(64 * 1024, false)]
    [TestCase((64 * 1024) + 1, true)]
    public async Task MessageBeyondTheLimit_ClosesWith4413(int size, bool closed)
    {
        const string Start = """{"op":"ping","x":" """;
        await _page.SendAsync(Start + new string('x', size - Start.Length - 2) + "\"}");
        var code = closed ? (await _page.ClosedAsync()).Code : 0;

        Assert.That(code, Is.EqualTo(closed ? 4413 : 0));
        Assert.That(closed || (string?)(await _page.NextAsync())["op"] == "pong");
    }

    [TestCase("4403", 4403)]
    [TestCase("unknown", 4401)]
    public async Task RefusedTicket_ClosesAtOnce(string ticket, int code)
    {
        await using var page = await _live.OpenPageAsync(ticket);
        var closed = await page.ClosedAsync();

        Assert.That(closed.Code, Is.EqualTo(code));
        Assert.That(closed.RetryMs, Is.Positive);
    }

    [Test]
    public async Task Shutdown_SendsPagesAway_WithAHint()
    {
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs/one"}""");
        var stopping = _live.StopAsync();
        var closed = await _page.ClosedAsync();
        await stopping;

        Assert.That(closed.Code, Is.EqualTo(1001));
        Assert.That(closed.RetryMs, Is.InRange(100, 2_200));
    }

    [Test]
    public async Task SlowPage_FallsBackToTheJournal_AndEndsComplete()
    {
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs","client":"slow"}""");
        await using var fast = await _live.OpenPageAsync();
        await fast.AskAsync("""{"op":"subscribe","channel":"jobs"}""");
        var reading = fast.EventsAsync(3_000, "position");
        var wide = ChannelName.Of("jobs", new string('w', 120));
        _live.Journal.Append(wide, 3_000);

        Assert.That(await reading, Is.EqualTo(Enumerable.Range(4, 3_000)), "nobody waits for the slow one");
        Assert.That(await _page.EventsAsync(3_000, "position"), Is.EqualTo(Enumerable.Range(4, 3_000)));
    }

    [Test]
    public async Task Acks_AreCumulative_AndNeverBeyondWhatWasSent()
    {
        await _page.AskAsync("""{"op":"subscribe","channel":"jobs/one","client":"kiosk-1","since":0}""");
        await _page.EventsAsync(3);
        await _page.SendAsync("""{"op":"ack","channel":"jobs/one","seq":2}""");
        var beyond = await _page.AskAsync("""{"op":"ack","id":7,"channel":"jobs/one","seq":4}""");

        var line = _live.Receipts.Of(StreamName.Of(Job)).Single();
        Assert.That(((string?)beyond["op"], (int?)beyond["id"], (string?)beyond["message"]), Is.EqualTo(("error", 7, "seq 4 of jobs/one was not sent yet")));
        Assert.That((line.Subscriber, line.User), Is.EqualTo(("kiosk-1", "kiosk")));
        Assert.That(line.Of(2).Acknowledged, Is.EqualTo(_live.Time.GetUtcNow()));
        Assert.That((line.Of(3).Sent, line.Of(3).Acknowledged), Is.EqualTo((_live.Time.GetUtcNow(), (DateTimeOffset?)null)));
    }
}
