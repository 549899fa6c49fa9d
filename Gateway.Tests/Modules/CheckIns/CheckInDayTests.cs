using Gateway.Modules.CheckIns;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Modules.CheckIns;

public sealed class CheckInDayTests
{
    private const int People = 500;

    // The night on which Berlin's clocks go forward, and the one on which they go back.
    [TestCase("2026-03-28T20:00:00Z", 1)]
    [TestCase("2026-10-24T20:00:00Z", 2)]
    [Category("Slow")]
    public async Task Day_Of500People_LateAndDoubledAndOverTheChangeOfClocks_EqualsANaiveRecomputation(string start, int seed)
    {
        var random = new Random(seed);
        var begin = DateTimeOffset.Parse(start);
        var time = new ManualTime();
        time.Advance(begin.AddHours(30) - time.GetUtcNow());
        using var folder = new SomeFolder();
        await using var some = SomeJournal.Open(folder, time);
        var site = new SomeSite(some.Journal, new() { TimeZone = "Europe/Berlin", Closing = "04:30" });
        var deliveries = Deliveries(random, begin).ToList();

        await Task.WhenAll(deliveries.Select(mark => site.MarkAsync(mark.Person, mark.At, mark.Ask, isGuarded: true)));
        await using (var clock = new CheckInClock(some.Journal, site.Desk, site.Times, time, NullLogger<CheckInClock>.Instance))
        {
            await clock.CloseAsync(CancellationToken.None);
        }

        // The closing is not the end: some are told of only now, and some was a mistake.
        await Task.WhenAll(Deliveries(random, begin).Take(People).Select(mark => site.MarkAsync(mark.Person, mark.At, mark.Ask)));
        foreach (var passed in (await site.EventsAsync()).Where(stored => stored.Type is "in" or "out" && random.Next(40) == 0))
        {
            await site.TakeBackAsync(passed);
        }

        var state = await site.StateAsync();
        var naive = new NaiveAttendance(await site.EventsAsync(), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.That(state.Present.Select(present => present.Person).Order(StringComparer.Ordinal), Is.EqualTo(naive.Inside()));
        Assert.That(state.Days.Select(day => day.Date), Is.SupersetOf(naive.Dates()));
        foreach (var day in state.Days)
        {
            Assert.That((day.In, day.Stays, day.Minutes, day.Closed), Is.EqualTo(naive.On(day.Date)), $"on {day.Date}");
            Assert.That(day.Hours.Sum(), Is.EqualTo(day.In), $"the hours of {day.Date}");
        }

        var attended = await new Gateway.Modules.CheckIns.Attendance(some.Journal, site.Times).ReadAsync(new(null, null, null, null), default).ToListAsync();
        Assert.That(attended.Where(stay => stay.Closed is null).Sum(stay => stay.Minutes), Is.EqualTo(state.Days.Sum(day => day.Minutes)));
        Assert.That(attended.Count(stay => stay.Out is null), Is.EqualTo(state.Inside));
        Assert.That(attended.Count(stay => stay.Closed == true), Is.EqualTo(state.Days.Sum(day => day.Closed)));
    }

    /// <summary>Each comes and goes a few times; some of it arrives late, some twice, and some of the late ones before what was earlier.</summary>
    private static IEnumerable<(string Person, DateTimeOffset At, Direction Ask)> Deliveries(Random random, DateTimeOffset begin)
    {
        var marks = new List<(double Arrival, string Person, DateTimeOffset At, Direction Ask)>();
        for (var person = 0; person < People; person++)
        {
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var second = random.Next(0, 30 * 3600);
                var ask = random.Next(4) switch { 0 => Direction.In, 1 => Direction.Out, _ => Direction.Toggle };
                var mark = ($"person {person}", begin.AddSeconds(second), ask);
                marks.Add((second + (random.Next(4) == 0 ? random.Next(0, 20_000) : 0), mark.Item1, mark.Item2, ask));
                if (random.Next(5) == 0)
                {
                    marks.Add((second + random.Next(0, 20_000), mark.Item1, mark.Item2.AddSeconds(random.Next(0, 4)), ask));
                }
            }
        }

        return marks.OrderBy(mark => mark.Arrival).Select(mark => (mark.Person, mark.At, mark.Ask));
    }
}
