using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.CheckIns;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Support;

/// <summary>Three people at three sites over some days: what arrives late or twice, is entered by hand or taken back, and restarts between.</summary>
internal sealed class CheckInWorld : IAsyncDisposable
{
    private static readonly string[] Closings = ["22:00", "02:30", "never"];

    private readonly ManualTime _time = new();
    private readonly SomeFolder _folder = new();
    private readonly List<RawMark> _marks = [];
    private readonly List<(DateTimeOffset From, CheckInsOptions Options)> _settings = [];
    private SomeJournal _some;
    private Timetables _times = new(new());

    public CheckInWorld(DateTimeOffset start)
    {
        _time.Advance(start - _time.GetUtcNow());
        _some = SomeJournal.Open(_folder, _time);
    }

    public static IReadOnlyList<string> Sites { get; } = ["main", "london", "night"];

    public IJournal Journal => _some.Journal;

    public Attendance Attendance => new(Journal, _times);

    private CheckInDesk Desk => new(_times);

    public NaiveSites Naive() => new NaiveSites(_marks, _settings, _time.GetUtcNow()).Count();

    public Task BeginAsync() => StartAsync(Closings[0]);

    /// <summary>What it is, and whatever is to be known of it, is in the number.</summary>
    public async Task ActAsync(int number)
    {
        var random = new Random(number);
        switch (number % 16)
        {
            case < 8:
                await MarkAsync(random, isRead: true);
                break;
            case 8:
                await MarkAsync(random, isRead: false);
                break;
            case 9:
                await TakeBackAsync(random);
                break;
            case 10:
                await CloseAsync();
                break;
            case 11:
                await _some.DisposeAsync();
                _some = SomeJournal.Open(_folder, _time);
                await StartAsync(random.Next(3) == 0 ? Closings[random.Next(Closings.Length)] : _settings[^1].Options.Closing);
                break;
            case 12:
                _time.Advance(TimeSpan.FromHours(random.Next(6, 60)));
                break;
            default:
                _time.Advance(TimeSpan.FromSeconds(random.Next(1, 10_000)));
                break;
        }
    }

    public async Task CloseAsync()
    {
        await using var clock = new CheckInClock(Journal, Desk, _times, _time, NullLogger<CheckInClock>.Instance);
        await clock.CloseAsync(CancellationToken.None);
    }

    public async Task<SiteState> StateAsync(string site) => await Journal.SnapshotAsync(CheckInDesk.ChannelOf(site), CancellationToken.None) is { } snapshot
        ? ContractJson.Read<SiteState>(snapshot.State.Span)
        : new() { Site = site };

    public async Task<IReadOnlyList<StoredEvent>> EventsAsync(string site) =>
        await Journal.ReadAsync(CheckInDesk.ChannelOf(site), after: 0, limit: 100_000, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync(string closing)
    {
        string[] sites = ["london Europe/London 23:00", "night Europe/Berlin never"];
        var options = new CheckInsOptions { TimeZone = "Europe/Berlin", Closing = closing, Sites = sites };
        _times = new(options);
        await _times.StartAsync(Journal);
        if (_settings is [] || _settings[^1].Options.Closing != closing)
        {
            _settings.Add((_settings is [] ? DateTimeOffset.MinValue : _time.GetUtcNow(), options));
        }
    }

    /// <summary>Often within moments of another one; one in three arrives late, by up to two days.</summary>
    private async Task MarkAsync(Random random, bool isRead)
    {
        var (now, site, person) = (_time.GetUtcNow(), Sites[random.Next(Sites.Count)], $"person {random.Next(3)}");
        var at = random.Next(3) == 0 ? now.AddSeconds(-random.Next(2 * 24 * 3600)) : now;
        var last = _marks.FindLast(mark => mark.Site == site && mark.Person == person);
        if (random.Next(3) == 0 && last is { } near && now - near.At < TimeSpan.FromDays(7))
        {
            at = near.At.AddSeconds(random.Next(-9, 10));
        }

        at = isRead ? at : new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, at.Minute, 0, TimeSpan.Zero);
        var ask = random.Next(isRead ? 6 : 2) switch { 0 => Direction.In, 1 => Direction.Out, _ => Direction.Toggle };
        var mark = new RawMark($"mark {_marks.Count}", site, person, at > now ? now : at, ask, isRead);
        _marks.Add(mark);
        await Journal.WriteAsync(transaction =>
            Desk.Take(transaction, new(site, person), new(mark.At, ask, IsGuarded: isRead, isRead ? "door" : null, mark.Name)));
    }

    private async Task TakeBackAsync(Random random)
    {
        var passed = (await EventsAsync(Sites[random.Next(Sites.Count)]))
            .Select(stored => (Event: stored, Data: stored.Read<CheckInEvents.AnyData>()))
            .Where(one => one.Event.Type is "in" or "out" && one.Data.Closed is null).ToList();
        if (passed.Count == 0)
        {
            return;
        }

        var (stored, data) = passed[random.Next(passed.Count)];
        var isTaken = await Journal.WriteAsync(transaction =>
            Desk.TakeBack(transaction, new(stored.Channel.Id, data.Person!) { By = "otto" }, stored.Seq) is not null);
        if (isTaken)
        {
            _marks.Single(mark => mark.Name == data.Location).IsTakenBack = true;
        }
    }
}
