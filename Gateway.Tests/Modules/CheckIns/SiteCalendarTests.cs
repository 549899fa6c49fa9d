using Gateway.Modules.CheckIns;

namespace Gateway.Tests.Modules.CheckIns;

public sealed class SiteCalendarTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly TimeZoneInfo Cairo = TimeZoneInfo.FindSystemTimeZoneById("Africa/Cairo");

    [TestCase("2026-01-03T12:00:00Z", "2026-01-03T21:00:00Z")]
    [TestCase("2026-01-03T21:00:00Z", "2026-01-04T21:00:00Z")]
    [TestCase("2026-03-28T22:30:00Z", "2026-03-29T20:00:00Z")]
    [TestCase("2026-10-24T21:00:00Z", "2026-10-25T21:00:00Z")]
    public void Closing_AtTenInTheEvening_IsLocal_AcrossTheChangeOfClocks(string moment, string closing) =>
        Assert.That(new SiteCalendar(Berlin, new(22, 0)).ClosingAfter(DateTimeOffset.Parse(moment)), Is.EqualTo(DateTimeOffset.Parse(closing)));

    [Test]
    public void Closing_InTheHourThatSpringLeavesOut_IsTheFirstMomentAfterIt() =>
        Assert.That(new SiteCalendar(Berlin, null).Instant(new(2026, 3, 29), new(2, 30)), Is.EqualTo(DateTimeOffset.Parse("2026-03-29T01:00:00Z")));

    [Test]
    public void Closing_InTheHourThatAutumnHasTwice_IsTheLater() =>
        Assert.That(new SiteCalendar(Berlin, null).Instant(new(2026, 10, 25), new(2, 30)), Is.EqualTo(DateTimeOffset.Parse("2026-10-25T01:30:00Z")));

    /// <summary>Its clocks go back for Ramadan: the offset of what is called winter is the larger one.</summary>
    [TestCase("2026-02-15", "2026-02-15T02:30:00Z")]
    [TestCase("2026-03-22", "2026-03-22T02:00:00Z")]
    public void Closing_OnTheNightsOfCasablanca_IsTheLater_OrTheFirstMomentAfterTheGap(string date, string closing)
    {
        var casablanca = new SiteCalendar(TimeZoneInfo.FindSystemTimeZoneById("Africa/Casablanca"), null);
        Assert.That(casablanca.Instant(DateOnly.Parse(date), new(2, 30)), Is.EqualTo(DateTimeOffset.Parse(closing)));
    }

    [Test]
    public void Midnight_ThatDoesNotExist_IsTheFirstMomentOfItsDay()
    {
        // Cairo moves its clocks at midnight.
        var start = new SiteCalendar(Cairo, null).Instant(new(2026, 4, 24), TimeOnly.MinValue);

        Assert.That(start, Is.EqualTo(DateTimeOffset.Parse("2026-04-23T22:00:00Z")));
        Assert.That(new SiteCalendar(Cairo, null).DateOf(start), Is.EqualTo(new DateOnly(2026, 4, 24)));
    }

    [Test]
    public void Site_OfItsOwn_HasItsOwnZoneAndClosing()
    {
        var options = new CheckInsOptions { TimeZone = "UTC", Closing = "22:00", Sites = ["cairo Africa/Cairo", "lab Europe/Berlin 20:30", "night UTC never"] };

        Assert.That(options.Faults(), Is.Empty);
        Assert.That(options.CalendarOf("cairo"), Is.EqualTo(new SiteCalendar(Cairo, new(22, 0))));
        Assert.That(options.CalendarOf("lab"), Is.EqualTo(new SiteCalendar(Berlin, new(20, 30))));
        Assert.That(options.CalendarOf("night").ClosingAfter(default), Is.Null);
        Assert.That(options.CalendarOf("other").Closing, Is.EqualTo(new TimeOnly(22, 0)));
    }

    [Test]
    public void Settings_ThatAreWrong_AreAllTold_ByName()
    {
        var options = new CheckInsOptions { TimeZone = "Mars/North", Closing = "25:00", Sites = ["lab", "lab Europe/Berlin 9"] };
        string[] names = ["CheckIns:TimeZone", "CheckIns:Closing", "CheckIns:Sites:0", "CheckIns:Sites:1"];

        Assert.That(options.Faults().Select(fault => fault.Split(": ")[0]), Is.EqualTo(names));
    }
}
