using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Modules.CheckIns;

namespace Gateway.Tests.Modules.CheckIns;

/// <summary>The figures are those of all marks sorted by time, whatever came late, twice, by hand or never, and whatever restarts were between.</summary>
[Category("Slow")]
public sealed class CheckInWorldTests
{
    private static readonly CheckInKind Kind = new();

    // Before the nights on which Berlin's and London's clocks go forward, and back.
    [TestCase("2026-03-27T12:00:00Z")]
    [TestCase("2026-10-23T12:00:00Z")]
    public void Figures_OfEveryInterleaving_EqualANaiveRecomputation(string start) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(40).WithStartSize(20).WithEndSize(400),
        Prop.ForAll(
            Gen.Choose(0, 1_000_000).ListOf().ToArbitrary(),
            numbers => RunAsync(DateTimeOffset.Parse(start, CultureInfo.InvariantCulture), [.. numbers]).GetAwaiter().GetResult()));

    private static async Task<bool> RunAsync(DateTimeOffset start, IReadOnlyList<int> numbers)
    {
        await using var world = new CheckInWorld(start);
        await world.BeginAsync();
        foreach (var number in numbers)
        {
            await world.ActAsync(number);
        }

        await world.CloseAsync();
        var naive = world.Naive();
        var days = new List<string>();
        foreach (var site in CheckInWorld.Sites)
        {
            var (state, events) = (await world.StateAsync(site), await world.EventsAsync(site));
            Assert.That(Some.Json(state), Is.EqualTo(Some.Json(events.Aggregate(new SiteState { Site = site }, Kind.Fold))), "the state is the fold");
            Assert.That(
                state.Present.Select(one => (one.Person, one.Since)),
                Is.EquivalentTo(naive.Stays.Where(stay => stay.Site == site && stay.Out is null).Select(stay => (stay.Person, stay.In))));
            days.AddRange(state.Days.Select(day => NaiveSites.Text(
                site, day.Date, [day.In, day.Stays, (int)day.Minutes, day.Closed, day.Repeats, .. day.Hours])));
        }

        Assert.That(days.Where(day => day.Split(' ').Skip(2).Any(figure => figure != "0")), Is.EquivalentTo(naive.Days));
        var attended = await world.Attendance.ReadAsync(new(null, null, null, null), CancellationToken.None).ToListAsync();
        Assert.That(attended.Select(Text), Is.EquivalentTo(naive.Stays.Select(stay => Text(stay, naive.Stays))));
        foreach (var day in attended.Select(stay => stay.Date).Distinct())
        {
            var span = await world.Attendance.ReadAsync(new(null, null, day, day.AddDays(1)), CancellationToken.None).ToListAsync();
            var part = attended.Where(stay => stay.Date >= day && stay.Date <= day.AddDays(1));
            Assert.That(span.Select(Text), Is.EquivalentTo(part.Select(Text)), $"from {day}");
        }

        return true;
    }

    private static string Text(AttendedStay stay) =>
        $"{stay.Site} {stay.Person} {Utc(stay.In)} {Utc(stay.Out)} {stay.Minutes} {stay.Closed} {string.Join('+', stay.Also ?? [])}";

    private static string Text(NaiveStay stay, IReadOnlyList<NaiveStay> all)
    {
        // Those who are gone the moment they came were at no two sites at once.
        var end = stay.Out ?? DateTimeOffset.MaxValue;
        var also = all.Where(other => other.Person == stay.Person && other.Site != stay.Site
            && (other.In > stay.In ? other.In : stay.In) < (other.Out < end ? other.Out : end));
        var minutes = stay.Out is null ? "" : $"{(long)(end - stay.In).TotalMinutes}";
        var sites = string.Join('+', also.Select(other => other.Site).Distinct().Order(StringComparer.Ordinal));
        return $"{stay.Site} {stay.Person} {Second(stay.In)} {(stay.Out is null ? "" : Second(end))} {minutes} {(stay.IsClosed ? "True" : "")} {sites}";
    }

    private static string Utc(string? local) => local is null ? "" : Second(DateTimeOffset.Parse(local, CultureInfo.InvariantCulture));

    private static string Second(DateTimeOffset at) => at.UtcDateTime.ToString("s", CultureInfo.InvariantCulture);
}
