using System.Text.Json;
using Gateway.Channels;
using Gateway.Modules.Rooms;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Modules.Rooms;

/// <summary>Who does not acknowledge is told of once, until they have; whatever else they do meanwhile.</summary>
public sealed class RoomWatchTests : FolderTest
{
    private static readonly RoomAuthor Admin = new("admin", IsStaff: true);

    private readonly Lines _lines = new();
    private ManualTime _time = null!;
    private SomeJournal _some = null!;
    private MemoryReceipts _kept = null!;
    private Receipts _receipts = null!;
    private RoomWatch _watch = null!;
    private string _room = "";

    [SetUp]
    public async Task StartAsync()
    {
        _lines.Clear();
        _time = new();
        _some = SomeJournal.Open(Folder, _time);
        _kept = new();
        _room = await OpenRoomAsync(("tutor", "tutor"), ("student", "student"));
        StartWatch();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _watch.DisposeAsync();
        await _some.DisposeAsync();
        _lines.Dispose();
    }

    [Test]
    public async Task TutorMissesMessages_IsWarnedOf_OncePerEpisode_WithRoomRoleUserAndMessage()
    {
        // R, seed 002: a tutor missed messages, and nobody could tell who had got what.
        var first = await SayAsync("student");
        var last = first;
        for (var i = 0; i < 3; i++)
        {
            await LaterAsync(seconds: 12);
            last = await SayAsync("student");
        }

        await LaterAsync(seconds: 12);
        await SlowAsync("tutor");
        Assert.That(_lines.All.Single(), Does.Contain($"room={_room} user=tutor role=tutor message={first.Id} seq={first.Seq}: slow, not connected"));

        Line("tutor").Acknowledge(last.Seq);
        await SlowAsync();
        Assert.That(_lines.All[^1], Does.StartWith($"room={_room} user=tutor role=tutor message=").And.EndWith(": caught up"));
    }

    [Test]
    public async Task SlowOne_WhoSpeaks_IsStillSlow_UntilTheyHaveAcknowledgedWhatWasOverdue()
    {
        var missed = await SayAsync("student");
        await LaterAsync(seconds: 12);
        await SlowAsync("tutor");
        for (var i = 0; i < 120; i++)
        {
            Line("student").Acknowledge((await SayAsync("tutor")).Seq);
        }

        await LaterAsync(seconds: 12);
        await LaterAsync(seconds: 12);
        Assert.That(_watch.Slow, Is.EqualTo(new[] { (_room, "tutor") }));
        Line("tutor").Acknowledge(missed.Seq - 1);
        await LaterAsync(seconds: 1);
        Assert.That(_lines.All, Has.Count.EqualTo(1), "they spoke, and no more");

        Line("tutor").Acknowledge(missed.Seq);
        await SlowAsync();
        Assert.That(_lines.All[^1], Does.EndWith("caught up"));
    }

    [Test]
    public async Task Participant_WhoAcknowledgesInTime_IsNotSlow_WhoIsConnectedAndDoesNot_Is()
    {
        Line("tutor").Connected();
        Line("student").Connected();
        var said = await SayAsync("admin");
        Line("student").Acknowledge(said.Seq);
        await LaterAsync(seconds: 12);
        await SlowAsync("tutor");

        Assert.That(_lines.All.Single(), Does.Contain("slow, connected"));
        Line("tutor").Read(said.Seq);
        await SlowAsync();
        Assert.That(_lines.All[^1], Does.EndWith("caught up"), "what was read has come");
    }

    [TestCase("tutor", "slow no more, left")]
    [TestCase("admin", "slow no more, removed by=admin")]
    public async Task Participant_WhoLeaves_IsNotSlowAnyMore_AndItIsSaidHow(string by, string words)
    {
        await SayAsync("student");
        await LaterAsync(seconds: 12);
        await SlowAsync("tutor");

        await _some.Journal.WriteAsync(transaction => RoomDesk.Leave(transaction, _room, "tutor", by));
        await SlowAsync();
        Assert.That(_lines.All[^1], Does.Contain("user=tutor role=tutor").And.EndWith(words));
    }

    [Test]
    public async Task Message_ThatWasDeleted_IsOwedByNobody()
    {
        var first = await SayAsync("student");
        await LaterAsync(seconds: 12);
        await SlowAsync("tutor");
        var second = await SayAsync("student");
        foreach (var message in new[] { first, second })
        {
            await _some.Journal.WriteAsync(transaction => RoomDesk.Change(transaction, _room, message.Id, Admin, data: null));
        }

        await LaterAsync(seconds: 12);
        await SlowAsync();
        Assert.That(_lines.All, Has.Count.EqualTo(2));
        Assert.That(_lines.All[^1], Does.EndWith("slow no more, what it owed was deleted"));
    }

    [Test]
    public async Task Newcomer_HasTheirOwnTime_ForWhatWasSaidBefore()
    {
        await SayAsync("student");
        await LaterAsync(seconds: 12);
        await SlowAsync("tutor");
        await _some.Journal.WriteAsync(transaction => RoomDesk.Join(transaction, _room, "late", "student", "admin"));
        await LaterAsync(seconds: 2);
        Assert.That(_watch.Slow, Has.Count.EqualTo(1));

        await LaterAsync(seconds: 12);
        await SlowAsync("late", "tutor");
    }

    [Test]
    public async Task TutorWhoJoinsLate_AndGetsNothingOfWhatAllOthersHave_IsSlow()
    {
        var said = await SayAsync("student");
        Line("tutor").Acknowledge(said.Seq);
        await LaterAsync(seconds: 12);
        await LaterAsync(seconds: 12);
        await _some.Journal.WriteAsync(transaction => RoomDesk.Join(transaction, _room, "late", "tutor", "admin"));
        _watch.Joined(_room);
        await LaterAsync(seconds: 2);
        Assert.That(_watch.Slow, Is.Empty, "they have their own time");

        await LaterAsync(seconds: 12);
        await SlowAsync("late");
        Assert.That(_lines.All.Single(), Does.Contain($"user=late role=tutor message={said.Id} seq={said.Seq}: slow, not connected"));
        Line("late").Acknowledge(said.Seq);
        await SlowAsync();
    }

    [Test]
    public async Task Slow_OverARestart_IsFoundAgain_AndWhoHasItIsNot()
    {
        var said = await SayAsync("admin");
        Line("student").Acknowledge(said.Seq);
        await _watch.DisposeAsync();
        StartWatch();

        await LaterAsync(seconds: 12);
        await SlowAsync("tutor");
        Assert.That(_lines.All.Single(), Does.Contain($"message={said.Id}"));
    }

    [Test]
    public async Task OpenRoom_WhoCalledForHelpAndDoesNotGetTheAnswer_IsSlow()
    {
        var help = await OpenRoomAsync();
        Line("kiosk:k1", help).Sent(0, 1);
        await SayAsync("admin", help);
        await LaterAsync(seconds: 12);

        await SlowAsync("kiosk:k1");
    }

    private void StartWatch()
    {
        _receipts = new(_kept, [new RoomKind()], _time);
        _watch = new(_some.Journal, _receipts, new() { SlowSeconds = 10 }, _time, new Logger<RoomWatch>(new LoggerFactory([_lines])));
        _watch.Start();
    }

    private async Task<string> OpenRoomAsync(params (string, string?)[] participants) =>
        (await _some.Journal.WriteAsync(transaction => RoomDesk.Create(transaction, "maths", participants, "admin"))).Id;

    private async Task<SaidMessage> SayAsync(string user, string? room = null)
    {
        var (spoken, _) = await _some.Journal.WriteAsync(transaction =>
            RoomDesk.Say(transaction, room ?? _room, new(user, IsStaff: true), JsonSerializer.SerializeToElement("hello"), key: null));
        var said = new SaidMessage(spoken!.Id, spoken.Seq, user, spoken.At);
        _watch.Spoken(room ?? _room, said);
        return said;
    }

    private async Task LaterAsync(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await _time.PassWaitAsync(TimeSpan.FromSeconds(1));
    }

    private Task SlowAsync(params string[] users) => Eventually.HoldsAsync(
        async () =>
        {
            await _time.PassWaitAsync(TimeSpan.FromSeconds(1));
            return _watch.Slow.Select(slow => slow.User).Order().SequenceEqual(users);
        },
        $"slow: {string.Join(", ", users)}");

    private ReceiptLine Line(string user, string? room = null) => _receipts
        .LineAsync(StreamName.Of(RoomDesk.ChannelOf(room ?? _room)), $"page of {user}", user, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly List<string> _all = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_all)
                {
                    return [.. _all];
                }
            }
        }

        public void Clear()
        {
            lock (_all)
            {
                _all.Clear();
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_all)
            {
                _all.Add(formatter(state, exception));
            }
        }

        public void Dispose() => Clear();
    }
}
