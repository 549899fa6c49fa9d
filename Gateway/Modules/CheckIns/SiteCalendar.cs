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
        for (var local = date.ToDateTime(time); ; local = local.AddMinutes(1))
        {
            // Instants are asked for their offset: what the platform says of local times is wrong where winter has the larger one, as in Morocco.
            DateTimeOffset?[] moments = [Moment(local, OffsetAround(local, days: -1)), Moment(local, OffsetAround(local, days: 1))];
            if (moments.Max() is { } last)
            {
                return last.ToUniversalTime();
            }
        }
    }

    private TimeSpan OffsetAround(DateTime local, int days) => Zone.GetUtcOffset(new DateTimeOffset(local, TimeSpan.Zero).AddDays(days));

    private DateTimeOffset? Moment(DateTime local, TimeSpan offset) =>
        new DateTimeOffset(local, offset) is var moment && Zone.GetUtcOffset(moment) == offset ? moment : null;
}
