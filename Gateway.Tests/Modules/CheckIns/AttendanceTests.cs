using Gateway.Journal;
using Gateway.Modules.CheckIns;
using Gateway.Tests.Support;

namespace Gateway.Tests.Modules.CheckIns;

/// <summary>Attendance over a long time, with what came late and what was taken back, against the days as they were.</summary>
[Category("Slow")]
public sealed class AttendanceTests : FolderTest
{
    private const int People = 50;

    // 40 give 4,000 check-ins; GATEWAY_ATTENDANCE_DAYS=2000 gives 200,000.
    private static readonly int Days = int.Parse(Environment.GetEnvironmentVariable("GATEWAY_ATTENDANCE_DAYS") ?? "40");

    private ManualTime _time = null!;

    [SetUp]
    public void StartClock() => _time = new();

    [Test]
    public async Task LongTime_IsReadDayByDay_AndASpanOfItIsThatPartOfTheWhole()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        var site = new SomeSite(some.Journal);
        var first = DateOnly.FromDateTime(_time.GetUtcNow().Date);
        for (var day = 0; day < Days; day++)
        {
            await AttendAsync(some.Journal, site, day);
            _time.Advance(TimeSpan.FromDays(1));
        }

        var attendance = new Attendance(some.Journal, site.Times);
        var all = await attendance.ReadAsync(new(null, null, null, null), CancellationToken.None).ToListAsync();
        var (from, to) = (first.AddDays(Days / 2), first.AddDays((Days / 2) + 3));
        var few = await attendance.ReadAsync(new(SomeSite.Site, null, from, to), CancellationToken.None).ToListAsync();
        var one = await attendance.ReadAsync(new(null, "person 7", null, null), CancellationToken.None).ToListAsync();

        Assert.That(all, Has.Count.EqualTo(Days * People));
        Assert.That(all.Select(stay => stay.Minutes), Is.All.EqualTo(60));
        Assert.That(all.Select(stay => stay.Date), Is.Ordered);
        Assert.That(few, Is.EqualTo(all.Where(stay => stay.Date >= from && stay.Date <= to)).And.Count.EqualTo(4 * People));
        Assert.That(one, Is.EqualTo(all.Where(stay => stay.Person == "person 7")));
    }

    /// <summary>Somebody who was inside when reading begins has not been there ever since.</summary>
    [Test]
    public async Task Day_ReadAlone_HasWhoeverComesNowAndThen()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        var site = new SomeSite(some.Journal);
        for (var day = 0; day < 12; day++)
        {
            await site.EnterAsync($"person {day % 4}", _time.GetUtcNow(), Direction.In);
            await site.EnterAsync("Ada", _time.GetUtcNow().AddMinutes(-9), Direction.In, site: "lab-2");
            _time.Advance(TimeSpan.FromHours(9));
            await site.EnterAsync($"person {day % 4}", _time.GetUtcNow(), Direction.Out);
            await site.EnterAsync("Ada", _time.GetUtcNow().AddMinutes(-9), Direction.Out, site: "lab-2");
            _time.Advance(TimeSpan.FromHours(15));
        }

        var attendance = new Attendance(some.Journal, site.Times);
        var all = await attendance.ReadAsync(new(null, null, null, null), CancellationToken.None).ToListAsync();
        var alone = new List<AttendedStay>();
        foreach (var day in all.Select(stay => stay.Date).Distinct())
        {
            alone.AddRange(await attendance.ReadAsync(new(null, null, day, day), CancellationToken.None).ToListAsync());
        }

        Assert.That(all, Has.Count.EqualTo(24));
        Assert.That(alone.Select(Some.Json), Is.EqualTo(all.Select(Some.Json)));
    }

    [Test]
    public async Task Person_WhoHasLongBeenAtASiteThatDoesNotClose_IsShownAtBoth()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        var site = new SomeSite(some.Journal, new() { TimeZone = "Europe/Berlin", Sites = ["lab-2 Europe/Berlin never"] });
        await site.MarkAsync("Ada", _time.GetUtcNow(), site: "lab-2");
        _time.Advance(TimeSpan.FromDays(30));
        await site.MarkAsync("Ada", _time.GetUtcNow());
        var today = DateOnly.FromDateTime(_time.GetUtcNow().Date);
        var stays = await new Attendance(some.Journal, site.Times).ReadAsync(new(null, null, today, today), CancellationToken.None).ToListAsync();

        Assert.That(stays.Single().Also, Is.EqualTo(new[] { "lab-2" }));
    }

    [TestCase("2026-03-29", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23 * 60)]
    [TestCase("2026-10-25", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25 * 60)]
    public async Task Day_OnWhichClocksChange_HasTheMinutesThatPassed(string date, string midnight, string next, int minutes)
    {
        _time.Advance(DateTimeOffset.Parse(next) - _time.GetUtcNow());
        await using var some = SomeJournal.Open(Folder, _time);
        var site = new SomeSite(some.Journal, new() { TimeZone = "Europe/Berlin", Closing = "never" });
        await site.MarkAsync("Ada", DateTimeOffset.Parse(midnight));
        await site.MarkAsync("Ada", DateTimeOffset.Parse(next));
        var day = DateOnly.Parse(date);
        var stays = await new Attendance(some.Journal, site.Times).ReadAsync(new(null, null, day, day), CancellationToken.None).ToListAsync();

        Assert.That(stays.Select(stay => (stay.In, stay.Out, stay.Minutes)), Is.EqualTo(new[] { (midnight, next, (long?)minutes) }));
    }

    [Test]
    public async Task Person_AtTwoSitesAtOnce_IsShownAsSuch_AlsoWhereOneSiteIsAskedFor()
    {
        await using var some = SomeJournal.Open(Folder, _time);
        var site = new SomeSite(some.Journal);
        await site.MarkAsync("Ada", Some.Now.AddHours(-5));
        await site.MarkAsync("Ada", Some.Now.AddHours(-4), site: "lab-2");
        await site.MarkAsync("Ada", Some.Now.AddHours(-3));
        await site.MarkAsync("Ada", Some.Now.AddHours(-2));
        await site.MarkAsync("Bob", Some.Now.AddHours(-1));
        var attendance = new Attendance(some.Journal, site.Times);
        var one = await attendance.ReadAsync(new("lab-2", "Ada", null, null), CancellationToken.None).ToListAsync();
        var all = await attendance.ReadAsync(new(null, null, null, null), CancellationToken.None).ToListAsync();

        Assert.That(one.Single().Also, Is.EqualTo(new[] { "main" }));
        Assert.That(all.Select(stay => $"{stay.Person} {stay.Site} {string.Join(' ', stay.Also ?? [])}"), Is.EqualTo(new[]
        {
            "Ada main lab-2", "Ada lab-2 main", "Ada main lab-2", "Bob main ",
        }));
    }

    /// <summary>Everybody comes for an hour; of one in ten the coming is told only after the going, and one in ten is entered twice and taken back.</summary>
    private static Task<bool> AttendAsync(IJournal journal, SomeSite site, int day) => journal.WriteAsync(transaction =>
    {
        for (var person = 0; person < People; person++)
        {
            var (name, came) = ($"person {person}", transaction.Now.AddHours(-4).AddSeconds(person));
            StoredEvent Mark(DateTimeOffset at, Direction ask) =>
                site.Desk.Take(transaction, new(SomeSite.Site, name), new(at, ask, IsGuarded: false, "door-1", null));
            var isLate = (person + day) % 10 == 0;
            Mark(isLate ? came.AddHours(1) : came, Direction.Toggle);
            Mark(isLate ? came : came.AddHours(1), Direction.Toggle);
            if ((person + day) % 10 == 1)
            {
                site.Desk.TakeBack(transaction, new(SomeSite.Site, name) { By = "otto" }, Mark(came.AddHours(2), Direction.In).Seq);
            }
        }

        return true;
    });
}
