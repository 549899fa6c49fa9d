using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>What pages publish: taken by the module of its kind, stored once, answered in order.</summary>
public sealed class SocketPublishTests
{
    private static readonly ChannelName Talk = ChannelName.Of("talks", "one");

    private LiveFixture _live = null!;
    private LivePage _page = null!;

    [SetUp]
    public async Task SetUp()
    {
        _live = await LiveFixture.StartAsync(new() { RepliesWaiting = 4 });
        _live.Journal.Append(Talk);
        _page = await _live.OpenPageAsync("other");
    }

    [TearDown]
    public async Task TearDown()
    {
        await _page.DisposeAsync();
        await _live.DisposeAsync();
    }

    [Test]
    public async Task Publication_IsAnsweredWithItsSeq_AndIsAnEventForAll()
    {
        await using var listener = await _live.OpenPageAsync();
        await listener.AskAsync("""{"op":"subscribe","channel":"talks/one"}""");

        Assert.That((await _page.AskAsync("""{"op":"publish","id":2,"channel":"talks/one","data":{"text":"hi"}}""")).ToJsonString(),
            Is.EqualTo("""{"op":"published","id":2,"seq":2}"""));
        Assert.That(await listener.EventsAsync(1), Is.EqualTo(new[] { 2L }));
    }

    [Test]
    public async Task Publisher_IsToldWhoSpeaks_ByTheCredentials()
    {
        await _page.AskAsync("""{"op":"publish","channel":"talks/one","data":1,"user":"somebody else","role":"admin"}""");

        Assert.That((_live.Talks.Taken.Single().User, _live.Talks.Taken.Single().Role), Is.EqualTo(("other", "teacher")));
    }

    [Test]
    public async Task SameKey_GetsTheSameSeq_FromAnotherConnectionToo()
    {
        var first = await _page.AskAsync("""{"op":"publish","channel":"talks/one","data":"hi","key":"k1"}""");
        await using var again = await _live.OpenPageAsync("other");
        var repeated = await again.AskAsync("""{"op":"publish","channel":"talks/one","data":"hi","key":"k1"}""");
        var next = await again.AskAsync("""{"op":"publish","channel":"talks/one","data":"hi","key":"k2"}""");

        Assert.That(((long)first["seq"]!, (long)repeated["seq"]!, (long)next["seq"]!), Is.EqualTo((2L, 2L, 3L)));
    }

    [TestCase(""" "channel":"jobs/one","data":1 """, "forbidden")]
    [TestCase(""" "channel":"talks","data":1 """, "forbidden")]
    [TestCase(""" "channel":"talks/silent","data":1 """, "forbidden")]
    [TestCase(""" "channel":"talks/one","data":"stranger" """, "unknown_channel")]
    [TestCase(""" "channel":"talks/one","data":"bye" """, "bad_request")]
    [TestCase(""" "channel":"talks/one" """, "bad_request")]
    [TestCase(""" "channel":"talks/one","data":1,"key":"" """, "bad_request")]
    [TestCase(""" "channel":"talks/one","data":1,"key":7 """, "bad_request")]
    [TestCase(""" "data":1 """, "bad_request")]
    [TestCase(""" "channel":"talks/one","data":"full" """, "unavailable")]
    [TestCase(""" "channel":"talks/one","data":"defect" """, "unavailable")]
    public async Task PublicationThatIsNotTaken_IsAnError_AndTheConnectionStays(string fields, string code)
    {
        var error = await _page.AskAsync($$"""{"op":"publish","id":"p",{{fields}}}""");
        var pong = await _page.AskAsync("""{"op":"ping","id":6}""");

        Assert.That(((string?)error["op"], (string?)error["id"], (string?)error["code"]), Is.EqualTo(("error", "p", code)));
        Assert.That((string?)pong["op"], Is.EqualTo("pong"));
        Assert.That((await _live.Journal.SnapshotAsync(Talk, default))!.Seq, Is.EqualTo(1), "nothing changed");
    }

    [Test]
    public async Task PublicationsOnTheirWayToTheDisk_HoldUpNothingElse_AndAreAnsweredInOrder()
    {
        var disk = new TaskCompletionSource();
        _live.Talks.Disk = disk.Task;
        await _page.SendAsync("""{"op":"publish","id":1,"channel":"talks/one","data":1}""");
        await _page.SendAsync("""{"op":"publish","id":2,"channel":"talks/one","data":"bye"}""");
        await _page.SendAsync("""{"op":"publish","id":3,"channel":"talks/one","data":3}""");
        var pong = await _page.AskAsync("""{"op":"ping","id":4}""");
        disk.SetResult();

        Assert.That((string?)pong["op"], Is.EqualTo("pong"));
        foreach (var (id, op) in new[] { (1, "published"), (2, "error"), (3, "published") })
        {
            var answer = await _page.NextAsync();
            Assert.That(((int)answer["id"]!, (string?)answer["op"]), Is.EqualTo((id, op)));
        }
    }
}
