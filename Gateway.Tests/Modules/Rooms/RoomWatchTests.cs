using Gateway.Channels;
using Gateway.Modules.Rooms;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Modules.Rooms;

public sealed class RoomWatchTests
{
    private const string Room = "0198c0de-0000-7000-8000-000000000002";

    private static readonly RoomState State = new()
    {
        Id = Room,
        Name = "maths",
        Participants = [new("tutor", "tutor", Some.Now), new("student", "student", Some.Now)],
        At = Some.Now,
    };

    private readonly Lines _lines = new();
    private ManualTime _time = null!;
    private Receipts _receipts = null!;
    private RoomWatch _watch = null!;

    [SetUp]
    public void Start()
    {
        _lines.Clear();
        _time = new();
        _receipts = new(new MemoryReceipts(), [], _time);
        _watch = new(_receipts, new() { SlowSeconds = 10 }, _time, new Logger<RoomWatch>(new LoggerFactory([_lines])));
        _watch.Start();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _watch.DisposeAsync();
        _lines.Dispose();
    }

    [Test]
    public async Task TutorMissesMessages_IsWarnedOf_OncePerEpisode_WithRoomRoleUserAndMessage()
    {
        // R, seed 002: a tutor missed messages, and nobody could tell who had got what.
        for (var seq = 4; seq < 8; seq++)
        {
            Say(seq, "student");
            await LaterAsync(seconds: 12);
        }

        await Eventually.HoldsAsync(() => _watch.Slow.SequenceEqual([(Room, "tutor")]), "slow");
        Assert.That(_lines.All.Count(line => line.Contains("slow", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(_lines.All.Single(), Does.Contain($"room={Room} user=tutor role=tutor message=m4 seq=4: slow, not connected"));

        Line("tutor").Acknowledge(7);
        await LaterAsync(seconds: 1);
        await Eventually.HoldsAsync(() => _watch.Slow.Count == 0, "caught up");
    }

    [Test]
    public async Task Participant_WhoAcknowledgesInTime_IsNotSlow_WhoIsConnectedAndDoesNot_Is()
    {
        Line("tutor").Connected();
        Line("student").Connected();
        Say(4, "admin");
        Line("student").Acknowledge(4);
        await LaterAsync(seconds: 12);
        await Eventually.HoldsAsync(() => _watch.Slow.Count > 0, "slow");

        Assert.That(_watch.Slow, Is.EqualTo(new[] { (Room, "tutor") }));
        Assert.That(_lines.All.Single(), Does.Contain("slow, connected"));
    }

    [Test]
    public async Task Participant_WhoLeaves_IsNotSlowAnyMore()
    {
        Say(4, "student");
        await LaterAsync(seconds: 12);
        await Eventually.HoldsAsync(() => _watch.Slow.Count == 1, "slow");

        _watch.Changed(State with { Participants = [State.Participants[1]] });
        await LaterAsync(seconds: 1);
        await Eventually.HoldsAsync(() => _watch.Slow.Count == 0, "gone");
    }

    private void Say(long seq, string author) => _watch.Spoken(new($"m{seq}", seq, State, IsRepeat: false), author);

    private async Task LaterAsync(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await _time.PassWaitAsync(TimeSpan.FromSeconds(1));
    }

    private ReceiptLine Line(string user) => _receipts
        .LineAsync(StreamName.Of(RoomDesk.ChannelOf(Room)), $"page of {user}", user, CancellationToken.None).AsTask().GetAwaiter().GetResult();

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
