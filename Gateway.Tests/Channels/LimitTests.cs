using System.Net;
using Gateway.Channels;
using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>What one page, one address and all together may take; who meets a limit is told when to come back.</summary>
public sealed class LimitTests
{
    private static readonly ChannelName Job = ChannelName.Of("jobs", "one");

    [TestCase(1, 0)]
    [TestCase(0, 1)]
    public async Task PageBeyondTheLimit_IsClosedWith4429_UntilOneLeaves(int inTotal, int perAddress)
    {
        await using var live = await LiveFixture.StartAsync(new() { MaxConnections = inTotal, MaxConnectionsPerAddress = perAddress });
        await using var first = await live.OpenPageAsync();
        await first.AskAsync("""{"op":"ping"}""");
        await using var second = await live.OpenPageAsync();
        var closed = await second.ClosedAsync();
        await first.CloseAsync();
        await Eventually.HoldsAsync(() => live.Connections.Count == 0, "the first has left");
        await using var third = await live.OpenPageAsync();

        Assert.That((closed.Code, closed.RetryMs), Is.EqualTo((4429, closed.RetryMs)));
        Assert.That(closed.RetryMs, Is.InRange(5_000, 15_000));
        Assert.That((string?)(await third.AskAsync("""{"op":"ping"}"""))["op"], Is.EqualTo("pong"));
    }

    [TestCase("text/event-stream")]
    [TestCase("application/json")]
    public async Task RequestBeyondTheLimit_Is429_WithRetryAfter(string accept)
    {
        await using var live = await LiveFixture.StartAsync(new() { MaxConnections = 1 });
        live.Journal.Append(Job);
        await using var first = await live.OpenPageAsync();
        await first.AskAsync("""{"op":"ping"}""");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/jobs/one/events?since=1&epoch=e1&wait=30") { Headers = { { "Accept", accept } } };
        using var answer = await live.Http.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(answer.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("\"code\":\"limited\""));
        Assert.That(live.Hub.Streams, Is.Zero);
    }

    [Test]
    public async Task PageThatTalksTooMuch_IsClosedWith4429()
    {
        await using var live = await LiveFixture.StartAsync(new() { MessagesPerSecond = 1 });
        await using var page = await live.OpenPageAsync();
        for (var i = 0; i < MessageRate.BurstSeconds; i++)
        {
            Assert.That((string?)(await page.AskAsync("""{"op":"ping"}"""))["op"], Is.EqualTo("pong"));
        }

        await page.SendAsync("""{"op":"ping"}""");
        Assert.That((await page.ClosedAsync()).Code, Is.EqualTo(4429));
    }

    [Test]
    public async Task PageThatAcknowledgesEachEvent_IsNotClosedForIt_AndOneThatRepeatsItselfIs()
    {
        const int events = 200;
        await using var live = await LiveFixture.StartAsync(new() { MessagesPerSecond = 1 });
        live.Journal.Append(Job);
        await using var page = await live.OpenPageAsync();
        await page.AskAsync("""{"op":"subscribe","channel":"jobs/one"}""");
        for (var seq = 2; seq <= events; seq++)
        {
            live.Journal.Append(Job);
            await page.EventsAsync(1);
            await page.SendAsync($$"""{"op":"ack","channel":"jobs/one","seq":{{seq}}}""");
        }

        Assert.That((string?)(await page.AskAsync("""{"op":"ping"}"""))["op"], Is.EqualTo("pong"));
        for (var i = 0; i < MessageRate.BurstSeconds; i++)
        {
            await page.SendAsync($$"""{"op":"ack","channel":"jobs/one","seq":{{events}}}""");
        }

        Assert.That((await page.ClosedAsync()).Code, Is.EqualTo(4429));
    }

    [Test]
    public void Rate_LetsABurstPass_ThenSoManyASecond()
    {
        var rate = new MessageRate(perSecond: 10);
        var now = TimeSpan.FromSeconds(3);

        Assert.That(Enumerable.Range(0, 300).Count(_ => rate.TryTake(now)), Is.EqualTo(200));
        Assert.That(Enumerable.Range(0, 300).Count(_ => rate.TryTake(now + TimeSpan.FromSeconds(1.5))), Is.EqualTo(15));
        Assert.That(Enumerable.Range(0, 300).Count(_ => rate.TryTake(now + TimeSpan.FromDays(1))), Is.EqualTo(200));
    }

    [Test]
    public void RateOfNone_IsNoLimit() => Assert.That(Enumerable.Range(0, 10_000).All(_ => new MessageRate(perSecond: 0).TryTake(default)));
}
