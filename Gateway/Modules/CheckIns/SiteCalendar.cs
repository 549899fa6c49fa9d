namespace Gateway.Modules.CheckIns;

/// <summary>A site's days, hours and closing time: pure, and right on the nights on which clocks are changed.</summary>
internal sealed record SiteCalendar(TimeZoneInfo Zone, TimeOnly? Closing)
{
    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    public DateOnly DateOf(DateTimeOffset at) => DateOnly.FromDateTime(Local(at).DateTime);

    /// <summary>The first closing after the moment; null when the site never closes.</summary>
    public DateTimeOffset? ClosingAfter(DateTimeOffset moment)
    {
        if (Closing is not { } time)
        {
            return null;
        }

        var date = DateOf(moment);
        var closing = Instant(date, time);
        return closing > moment ? closing : Instant(date.AddDays(1), time);
    }

    /// <summary>A time that the spring night leaves out is the first one after the gap; one that the autumn night has twice is the later.</summary>
    public DateTimeOffset Instant(DateOnly date, TimeOnly time)
    {
        var local = date.ToDateTime(time);
        while (Zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1);
        }

        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Min() : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
