using Gateway.Modules.CheckIns;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Modules.CheckIns;

public sealed class CheckInClockTests
{
    private ManualTime _time = null!;
    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;
    private SomeSite _site = null!;
    private CheckInClock _clock = null!;

    [SetUp]
    public void OpenJournal()
    {
        _time = new();
        _folder = new();
        _some = SomeJournal.Open(_folder, _time);
        _site = new(_some.Journal, new() { TimeZone = "Europe/Berlin", Closing = "22:00" });
        _clock = new(_some.Journal, _site.Desk, _site.Times, _time, NullLogger<CheckInClock>.Instance);
    }

    [TearDown]
    public async Task CloseJournal()
    {
        await _clock.DisposeAsync();
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Person_StillInsideAtClosing_IsCheckedOutThen_AndMarkedAsForgotten()
    {
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromHours(10));
        await _clock.CloseAsync(CancellationToken.None);
        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in" }), "not yet");

        _time.Advance(TimeSpan.FromHours(2));
        await _clock.CloseAsync(CancellationToken.None);
        await _clock.CloseAsync(CancellationToken.None);
        var closed = (await _site.EventsAsync())[^1];
        var day = (await _site.StateAsync()).Days.Single();
        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "out" }));
        Assert.That((closed.At, closed.Read<CheckInEvents.AnyData>().Closed), Is.EqualTo((Some.Now.AddHours(11), true)));
        Assert.That((day.Closed, day.Stays, day.AverageMinutes), Is.EqualTo((1, 0, (double?)null)), "nobody knows how long it was");
    }

    [Test]
    public async Task CheckOut_ThatComesAfterTheClosing_TakesItsPlace()
    {
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromHours(12));
        await _clock.CloseAsync(CancellationToken.None);
        await _site.MarkAsync("Ada", Some.Now.AddHours(8));
        var state = await _site.StateAsync();

        Assert.That((state.Inside, state.Days.Single().Closed, state.Days.Single().AverageMinutes), Is.EqualTo((0, 0, 480)));
        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "out", "out", "repeat for 2" }), "the closing is told not to have been");
        Assert.That((await _site.EventsAsync())[^1].Read<CheckInEvents.AnyData>().Closed, Is.True);
    }

    [Test]
    public async Task Closing_IsNoMarkOfAnybody_ThatCouldBeTakenBack()
    {
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromHours(12));
        await _clock.CloseAsync(CancellationToken.None);

        Assert.That(await _site.TakeBackAsync((await _site.EventsAsync())[1]), Is.Null);
    }

    [Test]
    public async Task Settings_ThatChange_ChangeNoDayOfThePast()
    {
        // Closing was at 22:00, then at 12:00 on the other side of the ocean: a stay of the day before is told, counted and closed as it would have been then.
        await _site.Times.StartAsync(_some.Journal);
        _time.Advance(TimeSpan.FromDays(1));
        var changed = new SomeSite(_some.Journal, new() { TimeZone = "America/New_York", Closing = "12:00" });
        await changed.Times.StartAsync(_some.Journal);
        _time.Advance(TimeSpan.FromDays(1));
        await changed.MarkAsync("Ada", Some.Now);
        await changed.MarkAsync("Bob", Some.Now.AddHours(24.5));
        var again = new SomeSite(_some.Journal, new() { TimeZone = "America/New_York", Closing = "12:00" });
        await again.Times.StartAsync(_some.Journal);
        var stays = await new Attendance(_some.Journal, again.Times).ReadAsync(new(null, null, null, null), CancellationToken.None).ToListAsync();

        Assert.That(stays.Select(stay => $"{stay.Person} {stay.In} {stay.Out} {stay.Closed}"), Is.EqualTo(new[]
        {
            "Ada 2026-01-03T11:00:00+01:00 2026-01-03T22:00:00+01:00 True",
            "Bob 2026-01-04T05:30:00-05:00 2026-01-04T12:00:00-05:00 True",
        }));
        Assert.That((await changed.StateAsync()).Days.Select(day => (day.Date.Day, day.Hours[11], day.Hours[5])), Is.EqualTo(new[] { (4, 0, 1), (3, 1, 0) }));
    }

    [Test]
    public async Task Service_AwayForAMonth_ClosesAtTheFirstClosing_Once()
    {
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromDays(30));
        await _clock.CloseAsync(CancellationToken.None);
        await _clock.CloseAsync(CancellationToken.None);

        Assert.That((await _site.EventsAsync()).Select(stored => stored.At), Is.EqualTo(new[] { Some.Now, Some.Now.AddHours(11) }));
        Assert.That((await _site.StateAsync()).Inside, Is.Zero);
    }

    [Test]
    public async Task Reads_DeliveredTheNextMorning_DoNotPairAcrossTheClosing()
    {
        // A scanner without Wi-Fi: Ada came yesterday at 11 and forgot to check out; today she came at 8. Both are told at 9.
        var (yesterday, today) = (Some.Now, Some.Now.AddHours(21));
        _time.Advance(TimeSpan.FromHours(22));
        await _site.MarkAsync("Ada", yesterday);
        await _site.MarkAsync("Ada", today);
        var state = await _site.StateAsync();

        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "out", "in" }));
        Assert.That((await _site.EventsAsync())[1].At, Is.EqualTo(Some.Now.AddHours(11)));
        Assert.That(state.Present.Single().Since, Is.EqualTo(today));
        Assert.That(state.Days.Select(day => (day.In, day.Stays, day.Closed)), Is.EqualTo(new[] { (1, 0, 0), (1, 0, 1) }));
    }

    [Test]
    public async Task Read_ThatComesLate_TurnsNoOtherDayRound()
    {
        // Three days of coming and going, each told at its time; the first coming of all is told last.
        var marks = Enumerable.Range(0, 3).SelectMany(day => new[] { Some.Now.AddDays(day), Some.Now.AddDays(day).AddHours(8) }).ToList();
        foreach (var mark in marks.Skip(1))
        {
            _time.Advance(mark - _time.GetUtcNow());
            await _site.MarkAsync("Ada", mark);
            await _clock.CloseAsync(CancellationToken.None);
        }

        var before = await _site.EventsAsync();
        await _site.MarkAsync("Ada", marks[0]);
        var state = await _site.StateAsync();

        Assert.That(state.Days.Select(day => (day.In, day.Stays, day.Minutes, day.Closed)), Is.All.EqualTo((1, 1, 480L, 0)));
        Assert.That((await _site.EventsAsync()).Skip(before.Count).Select(stored => stored.At.Day).Distinct(), Is.EqualTo(new[] { Some.Now.Day }));
    }

    [Test]
    public async Task Clock_ThatIsPutBackBehindAClosing_WithdrawsItNot()
    {
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromHours(12));
        await _clock.CloseAsync(CancellationToken.None);
        var before = new ManualTime();
        await _some.DisposeAsync();
        _some = SomeJournal.Open(_folder, before);
        _site = new(_some.Journal, new() { TimeZone = "Europe/Berlin", Closing = "22:00" });
        await _site.MarkAsync("Ada", Some.Now.AddSeconds(2));

        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "out", "repeat" }));
        Assert.That((await _site.StateAsync()).Inside, Is.Zero);
    }

    [Test]
    public async Task Start_AfterTheClosing_ClosesBeforeAnybodyAsks()
    {
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromHours(12));
        await _clock.StartAsync(CancellationToken.None);

        Assert.That((await _site.StateAsync()).Inside, Is.Zero);
    }

    [Test]
    public async Task Loop_OnceAMinute_Closes()
    {
        await _clock.StartAsync(CancellationToken.None);
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromHours(12));

        await Eventually.HoldsAsync(async () => (await _site.StateAsync()).Inside == 0, "closed");
    }
}
