using System.Text.Json.Nodes;
using Gateway.Journal;

namespace Gateway.Tests.Channels;

/// <summary>The verdict on each cursor, on a channel and on a feed, over each of the four ways; and that the stream goes on from there without a gap.</summary>
public sealed class CursorVerdictTests
{
    private static readonly ChannelName Job = ChannelName.Of("jobs", "one");
    private static readonly string[] Streams = ["jobs/one", "jobs"];

    // Six events, of which 3 to 6 are kept; the next is 7. First: what is delivered first. A cursor that resets goes on after the head.
    private static readonly Verdict[] Verdicts =
    [
        new("live", null, null, false, 7),
        new("live, epoch named", null, "e1", false, 7),
        new("zero", 0, null, false, 3),
        new("zero, other epoch", 0, "other", false, 3),
        new("zero, empty epoch", 0, "", false, 3),
        new("within", 4, "e1", false, 5),
        new("at the head", 6, "e1", false, 7),
        new("just before the oldest", 2, "e1", false, 3),
        new("pruned", 1, "e1", true, 7),
        new("past the head", 7, "e1", true, 7),
        new("far past the head", long.MaxValue, "e1", true, 7),
        new("other epoch", 4, "other", true, 7),
        new("other epoch, at the head", 6, "other", true, 7),
        new("empty epoch", 4, "", true, 7),
        new("no epoch", 4, null, true, 7),
    ];

    private LiveFixture _live = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _live = await LiveFixture.StartAsync();
        _live.Journal.Append(Job, 6);
        _live.Journal.Oldest = 3;
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _live.DisposeAsync();

    [Test, NonParallelizable, CancelAfter(60_000)]
    public async Task Cursor_GetsItsVerdict_AndTheStreamGoesOn(
        [ValueSource(typeof(Follower), nameof(Follower.Ways))] string way, [ValueSource(nameof(Streams))] string stream,
        [ValueSource(nameof(Verdicts))] Verdict verdict, CancellationToken cancellation)
    {
        // Each case appends one event: what is expected moves on with the head.
        var head = _live.Journal.Head;
        var moved = head - 6;
        var since = verdict.Since is null or 0 or long.MaxValue ? verdict.Since : verdict.Since + moved;
        _live.Journal.Oldest = 3 + moved;
        // A plain GET has no "live": without a cursor it begins with the first event.
        var isPoll = way is "poll" or "get";
        var first = verdict.Since is null && isPoll ? 3 + moved : verdict.First + moved;
        await using var follower = Follower.Of(way, _live.Http, stream, "good");

        var start = await follower.StartAsync(since, verdict.Epoch, cancellation);
        Assert.That((bool)start["reset"]!, Is.EqualTo(verdict.Reset));
        Assert.That((string?)start["epoch"], Is.EqualTo("e1"));
        Assert.That((long)start[isPoll ? "head" : follower.CursorField]!, Is.EqualTo(head));
        AssertState(start["state"], expected: !isPoll || verdict.Reset || verdict.Since is null or 0, head, stream);
        _live.Journal.Append(Job);
        var cursors = new List<long>();
        await foreach (var stored in follower.EventsAsync(cancellation))
        {
            cursors.Add((long)stored[follower.CursorField]!);
            if (cursors[^1] == head + 1)
            {
                break;
            }
        }

        Assert.That(cursors, Is.EqualTo(Enumerable.Range((int)first, (int)(head + 2 - first))));
    }

    private static void AssertState(JsonNode? state, bool expected, long head, string stream)
    {
        var whole = $$"""{"n":{{head}}}""";
        var items = $$"""{"items":[{"n":{{head}},"channel":"jobs/one","seq":{{head}}}],"next":null}""";
        Assert.That(state?.ToJsonString(), Is.EqualTo(!expected ? null : stream == "jobs" ? items : whole));
    }

    public sealed record Verdict(string Name, long? Since, string? Epoch, bool Reset, long First)
    {
        public override string ToString() => Name;
    }
}
