using Gateway.Journal;
using Gateway.Modules.CheckIns;
using Gateway.Modules.Devices;
using Gateway.Modules.People;

namespace Gateway.Tests.Modules.CheckIns;

public sealed class CheckInDeskTests
{
    private static readonly DateOnly Today = DateOnly.FromDateTime(Some.Now.DateTime);

    private ManualTime _time = null!;
    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;
    private SomeSite _site = null!;

    [SetUp]
    public void OpenJournal()
    {
        _time = new();
        _time.Advance(TimeSpan.FromHours(10));
        _folder = new();
        _some = SomeJournal.Open(_folder, _time);
        _site = new(_some.Journal);
    }

    [TearDown]
    public async Task CloseJournal()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Finger_AgainAndAgain_ChecksInAndOut_WithTheMinutesBetween()
    {
        await _site.MarkAsync("Ada", Some.Now);
        var left = await _site.MarkAsync("Ada", Some.Now.AddMinutes(90.5));
        await _site.MarkAsync("Ada", Some.Now.AddMinutes(100));

        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "out", "in" }));
        Assert.That(left.Read<CheckInEvents.AnyData>().Minutes, Is.EqualTo(90));
        Assert.That((await _site.StateAsync()).Present.Select(present => present.Since), Is.EqualTo(new[] { Some.Now.AddMinutes(100) }));
    }

    [TestCase(0, "repeat")]
    [TestCase(4_999, "repeat")]
    [TestCase(5_000, "out")]
    public async Task Finger_AgainWithinFiveSeconds_IsARepeat_AndChangesNothing(int milliseconds, string type)
    {
        await _site.MarkAsync("Ada", Some.Now);
        await _site.MarkAsync("Bob", Some.Now);

        Assert.That((await _site.MarkAsync("Ada", Some.Now.AddMilliseconds(milliseconds))).Type, Is.EqualTo(type));
        Assert.That((await _site.StateAsync()).Inside, Is.EqualTo(type == "repeat" ? 2 : 1));
    }

    [Test]
    public async Task Repeats_InARow_DoNotPutOffTheNextPassage()
    {
        await _site.MarkAsync("Ada", Some.Now);
        await _site.MarkAsync("Ada", Some.Now.AddSeconds(3));
        await _site.MarkAsync("Ada", Some.Now.AddSeconds(6));

        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "repeat", "out" }));
        Assert.That((await _site.StateAsync()).On(Today).Repeats, Is.EqualTo(1));
    }

    [TestCase(0, 4, 8)]
    [TestCase(0, 8, 4)]
    [TestCase(4, 0, 8)]
    [TestCase(4, 8, 0)]
    [TestCase(8, 0, 4)]
    [TestCase(8, 4, 0)]
    public async Task Repeats_InAnyOrderOfArrival_AreThoseOfTheOrderOfTime(params int[] seconds)
    {
        foreach (var second in seconds)
        {
            await _site.MarkAsync("Ada", Some.Now.AddSeconds(second));
        }

        var day = (await _site.StateAsync()).On(Today);
        Assert.That((day.In, day.Stays, day.Repeats, (await _site.StateAsync()).Inside), Is.EqualTo((1, 1, 1, 0)), "in at 0, repeat at 4, out at 8");
    }

    [Test]
    public async Task Scanner_ForOneDirection_ChecksInWhoIsInside_WithoutANewStay()
    {
        await _site.MarkAsync("Ada", Some.Now, Direction.In);
        await _site.MarkAsync("Ada", Some.Now.AddMinutes(10), Direction.In);
        await _site.MarkAsync("Ada", Some.Now.AddMinutes(30), Direction.Out);
        var again = await _site.MarkAsync("Ada", Some.Now.AddMinutes(40), Direction.Out);
        var day = (await _site.StateAsync()).On(Today);

        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "in", "out", "out" }));
        Assert.That((day.In, day.Stays, day.Minutes), Is.EqualTo((2, 1, 30)));
        Assert.That(again.Read<CheckInEvents.AnyData>().Minutes, Is.Zero);
    }

    [Test]
    public async Task Passage_ThatComesLate_TakesItsPlace_AndWhatFollowedIsCorrected()
    {
        // In at 10, out at 12 by a scanner that was away, and in again at 13: until the late one came, 13 looked like the way out.
        await _site.MarkAsync("Ada", Some.Now);
        await _site.MarkAsync("Ada", Some.Now.AddHours(3));
        await _site.MarkAsync("Ada", Some.Now.AddHours(2));
        var state = await _site.StateAsync();

        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "out", "out", "in for 2" }));
        Assert.That(state.Present.Select(present => present.Since), Is.EqualTo(new[] { Some.Now.AddHours(3) }));
        Assert.That((state.On(Today).In, state.On(Today).Stays, state.On(Today).Minutes), Is.EqualTo((2, 1, 120)));
    }

    [Test]
    public async Task Passage_ThatComesLate_OnScannersForOneDirection_CorrectsNothing()
    {
        await _site.MarkAsync("Ada", Some.Now, Direction.In);
        await _site.MarkAsync("Ada", Some.Now.AddHours(3), Direction.In);
        await _site.MarkAsync("Ada", Some.Now.AddHours(2), Direction.Out);

        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "in", "out" }));
        Assert.That((await _site.StateAsync()).On(Today).AverageMinutes, Is.EqualTo(120));
        Assert.That((await _site.StateAsync()).Present.Single().Since, Is.EqualTo(Some.Now.AddHours(3)));
    }

    [Test]
    public async Task Passage_OlderThanWhatIsKept_IsShown_AndCountsForNothing()
    {
        await _site.MarkAsync("Ada", Some.Now);
        await _site.MarkAsync("Ada", Some.Now.AddDays(-9));
        var state = await _site.StateAsync();

        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "in" }));
        Assert.That((state.Inside, state.Days.Count), Is.EqualTo((1, 1)));
        Assert.That((await _site.EventsAsync())[^1].Read<CheckInEvents.AnyData>().Late, Is.True);
    }

    [Test]
    public async Task Read_ThatIsTakenBack_StillGuards_SoThatItsRepeatDoesNotTakeItsPlace()
    {
        var passed = await _site.MarkAsync("Ada", Some.Now);
        await _site.MarkAsync("Ada", Some.Now.AddSeconds(2));
        await _site.TakeBackAsync(passed);

        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "repeat", "repeat for 1" }));
        Assert.That((await _site.StateAsync()).Inside, Is.Zero);
    }

    [Test]
    public async Task Stay_ThatTurnsOutLonger_IsToldAnew()
    {
        await _site.MarkAsync("Ada", Some.Now, Direction.In);
        await _site.MarkAsync("Ada", Some.Now.AddHours(2), Direction.Out);
        await _site.MarkAsync("Ada", Some.Now.AddHours(-1), Direction.In);

        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "out", "in", "out for 2" }));
        Assert.That((await _site.EventsAsync())[^1].Read<CheckInEvents.AnyData>().Minutes, Is.EqualTo(180));
    }

    [Test]
    [Category("Slow")]
    public async Task Person_WhoPlaysWithAScanner_CostsNoMoreThanSomeHundredMarks_AndCountsOn()
    {
        await _some.Journal.WriteAsync(transaction =>
        {
            for (var i = 0; i < 450; i++)
            {
                _site.Desk.Take(transaction, new(SomeSite.Site, "Ada"), new(Some.Now.AddSeconds(10 * i), Direction.Toggle, IsGuarded: true, "door-1", null));
            }

            return true;
        });
        var day = (await _site.StateAsync()).On(Today);
        Assert.That((day.In, day.Stays), Is.EqualTo((225, 225)));

        await _site.MarkAsync("Ada", Some.Now.AddSeconds(105));
        Assert.That((await _site.EventsAsync())[^1].Read<CheckInEvents.AnyData>().Late, Is.True, "before what is kept of her");
    }

    [Test]
    public async Task Direction_OfAScanner_IsThatOfWhenTheFingerWasRead()
    {
        async Task<Direction> AtAsync(DateTimeOffset at) => await _some.Journal.WriteAsync(transaction => CheckInDesk.DirectionOf(transaction, "door-1", at));
        async Task SetAsync(Direction direction) => await _some.Journal.WriteAsync(transaction =>
        {
            CheckInDesk.SetDirection(transaction, "door-1", direction);
            return true;
        });

        await SetAsync(Direction.In);
        _time.Advance(TimeSpan.FromHours(1));
        await SetAsync(Direction.Out);
        var set = Some.Now.AddHours(10);

        Assert.That(
            (await AtAsync(set.AddHours(-1)), await AtAsync(set), await AtAsync(set.AddHours(2))),
            Is.EqualTo((Direction.Toggle, Direction.In, Direction.Out)));
    }

    [Test]
    public async Task Finger_ReadBeforeItWasCaptured_IsTheirsWhoHaveTheSlot_UnlessItWasAnothersBefore()
    {
        var captured = Some.Now.AddHours(5);
        Task<StoredEvent> ReadAsync(DateTimeOffset at) => _some.Journal.WriteAsync(transaction =>
            _site.Desk.Identified(transaction, new(Some.Device, Slot: 0, new(Some.Device, "7-42", Uptime: 1, _time.GetUtcNow())), at));
        Task GiveAsync(string person) => _some.Journal.WriteAsync(transaction =>
        {
            PeopleRecords.Disown(transaction, Some.Device, 0);
            PeopleRecords.Own(transaction, Some.Device, 0, person);
            PeopleRecords.Put(transaction, PeopleRecords.FindOrAdd(transaction, person) with { Fingers = [new(Some.Device, 0, captured)] });
            return true;
        });
        await _some.Journal.WriteAsync(transaction => Devices.Register(transaction, Some.Device, Devices.DefaultSite, location: null));

        await GiveAsync("Ada");
        var late = await ReadAsync(captured.AddHours(-1));
        await GiveAsync("Bob");
        var (adas, bobs) = (await ReadAsync(captured.AddHours(-2)), await ReadAsync(captured.AddHours(2)));

        Assert.That((late.Type, late.Read<CheckInEvents.AnyData>().Person), Is.EqualTo(("in", "Ada")), "nobody else ever had it");
        Assert.That((adas.Type, adas.Read<CheckInEvents.AnyData>().Person), Is.EqualTo(("unknown", (string?)null)), "not Bob's yet");
        Assert.That((bobs.Type, bobs.Read<CheckInEvents.AnyData>().Person), Is.EqualTo(("in", "Bob")));
    }

    [Test]
    public async Task Person_AtTwoSites_IsShownAtBoth_AndCountedOnce()
    {
        await _site.MarkAsync("Ada", Some.Now);
        var other = await _site.MarkAsync("Ada", Some.Now.AddMinutes(10), site: "lab-2");
        var stats = new CheckInStats(_some.Journal, _site.Times, new ManualTime());
        var all = await stats.AllAsync(CancellationToken.None);

        Assert.That(other.Read<CheckInEvents.AnyData>().Also, Is.EqualTo(new[] { "main" }));
        Assert.That((await _site.StateAsync("lab-2")).Present.Single().Also, Is.EqualTo(new[] { "main" }));
        Assert.That((all.Inside, all.Twice.Single().Person, string.Join(' ', all.Twice.Single().Sites)), Is.EqualTo((1, "Ada", "lab-2 main")));

        await _site.MarkAsync("Ada", Some.Now.AddMinutes(20));
        Assert.That((await stats.AllAsync(CancellationToken.None)).Twice, Is.Empty);
    }

    [Test]
    public async Task Recent_HoldsTheLastTen_NewestFirst()
    {
        for (var i = 0; i < 12; i++)
        {
            await _site.MarkAsync($"person {i}", Some.Now.AddSeconds(i));
        }

        Assert.That((await _site.StateAsync()).Recent.Select(recent => recent.Seq), Is.EqualTo(Enumerable.Range(3, 10).Reverse()));
    }

    [Test]
    public async Task Stats_WithoutCheckIns_AreZero_AndNoAverage()
    {
        var stats = await new CheckInStats(_some.Journal, _site.Times, new ManualTime()).OfAsync("main", CancellationToken.None);

        Assert.That(Some.Json(stats), Is.EqualTo("""{"inside":0,"today":0,"averageMinutes":null}"""));
    }

    [Test]
    public async Task Attendance_ByPersonAndDay_AsCsv_IsWhatHappened()
    {
        await _site.MarkAsync("=Ada, \"A\"", Some.Now);
        await _site.MarkAsync("=Ada, \"A\"", Some.Now.AddMinutes(61));
        await _site.MarkAsync("Bob", Some.Now.AddMinutes(5));
        var attendance = new Gateway.Modules.CheckIns.Attendance(_some.Journal, _site.Times);
        var all = await attendance.ReadAsync(new("main", null, Today, Today), CancellationToken.None).ToListAsync();
        var bob = await attendance.ReadAsync(new(null, "Bob", null, null), CancellationToken.None).ToListAsync();

        Assert.That(string.Concat(all.Select(AttendanceFile.CsvLine)), Is.EqualTo(string.Join("\r\n",
        [
            "main,\"'=Ada, \"\"A\"\"\",2026-01-03,2026-01-03T11:00:00+01:00,2026-01-03T12:01:00+01:00,61,,,",
            "main,Bob,2026-01-03,2026-01-03T11:05:00+01:00,,,,,",
            "",
        ])));
        Assert.That(bob.Single().Out, Is.Null);
        Assert.That(await attendance.ReadAsync(new("main", null, Today.AddDays(1), null), CancellationToken.None).ToListAsync(), Is.Empty);
    }
}
