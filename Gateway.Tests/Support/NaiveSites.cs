using Gateway.Modules.CheckIns;

namespace Gateway.Tests.Support;

/// <summary>One mark as it was read or entered, whenever the service had it.</summary>
internal sealed record RawMark(string Name, string Site, string Person, DateTimeOffset At, Direction Ask, bool IsRead)
{
    public bool IsTakenBack { get; set; }
}

internal sealed record NaiveStay(string Site, string Person, DateTimeOffset In, DateTimeOffset? Out, bool IsClosed);

/// <summary>
/// What check-ins have to come to, computed the plain way from all marks at once, sorted by time, with every closing of every day as one more of them.
/// </summary>
internal sealed class NaiveSites(IReadOnlyList<RawMark> marks, IReadOnlyList<(DateTimeOffset From, CheckInsOptions Options)> settings, DateTimeOffset now)
{
    private readonly SortedDictionary<(string Site, DateOnly Date), int[]> _days = [];
    private readonly List<NaiveStay> _stays = [];

    public IReadOnlyList<NaiveStay> Stays => _stays;

    /// <summary>In, stays, minutes, closed, repeats, then who came in at each hour; days on which nothing counts are left out.</summary>
    public IEnumerable<string> Days => _days.Where(day => day.Value.Any(figure => figure != 0))
        .Select(day => Text(day.Key.Site, day.Key.Date, day.Value));

    public static string Text(string site, DateOnly date, IEnumerable<int> figures) => $"{site} {date:yyyy-MM-dd} {string.Join(' ', figures)}";

    public NaiveSites Count()
    {
        foreach (var person in marks.GroupBy(mark => (mark.Site, mark.Person)))
        {
            Count(person.Key.Site, person.Key.Person, [.. person]);
        }

        return this;
    }

    private void Count(string site, string person, List<RawMark> theirs)
    {
        var moments = theirs.Select(mark => (mark.At, IsClosing: false, Mark: (RawMark?)mark))
            .Concat(ClosingsOf(site).Select(at => (At: at, IsClosing: true, Mark: (RawMark?)null)))
            .OrderBy(moment => moment.At).ThenBy(moment => moment.IsClosing).ThenBy(moment => moment.Mark?.IsRead == false)
            .ThenBy(moment => moment.Mark?.Ask switch { Direction.Out => 0, Direction.In => 1, _ => 2 });
        DateTimeOffset? since = null;
        DateTimeOffset? last = null;
        foreach (var (at, isClosing, mark) in moments)
        {
            if (isClosing)
            {
                if (since < at)
                {
                    Leave(site, person, ref since, at, isClosed: true);
                }

                continue;
            }

            if (mark!.IsRead && at - last < TimeSpan.FromSeconds(5))
            {
                Figures(site, at)[4] += mark.IsTakenBack ? 0 : 1;
                continue;
            }

            if (mark.IsTakenBack)
            {
                // A finger was there all the same; what was entered by hand was not.
                last = mark.IsRead ? at : last;
                continue;
            }

            last = at;
            if (mark.Ask == Direction.In || (mark.Ask == Direction.Toggle && since is null))
            {
                Figures(site, at)[0]++;
                Figures(site, at)[5 + Local(site, at).Hour]++;
                since ??= at;
            }
            else
            {
                Leave(site, person, ref since, at, isClosed: false);
            }
        }

        if (since is { } began)
        {
            _stays.Add(new(site, person, began, null, IsClosed: false));
        }
    }

    private void Leave(string site, string person, ref DateTimeOffset? since, DateTimeOffset at, bool isClosed)
    {
        if (since is not { } began)
        {
            return;
        }

        _stays.Add(new(site, person, began, at, isClosed));
        var figures = Figures(site, at);
        figures[1] += isClosed ? 0 : 1;
        figures[2] += isClosed ? 0 : (int)(at - began).TotalMinutes;
        figures[3] += isClosed ? 1 : 0;
        since = null;
    }

    private int[] Figures(string site, DateTimeOffset at)
    {
        var day = (site, DateOnly.FromDateTime(Local(site, at).DateTime));
        return _days.TryGetValue(day, out var figures) ? figures : _days[day] = new int[5 + 24];
    }

    private DateTimeOffset Local(string site, DateTimeOffset at) => settings.Last(setting => setting.From <= at).Options.CalendarOf(site).Local(at);

    private IEnumerable<DateTimeOffset> ClosingsOf(string site)
    {
        for (var i = 0; i < settings.Count; i++)
        {
            var (from, end) = (settings[i].From, i + 1 < settings.Count ? settings[i + 1].From : DateTimeOffset.MaxValue);
            var calendar = settings[i].Options.CalendarOf(site);
            var first = marks.Count == 0 ? now : marks.Min(mark => mark.At);
            for (var day = calendar.DateOf(first).AddDays(-1); calendar.Closing is { } time && day <= calendar.DateOf(now).AddDays(1); day = day.AddDays(1))
            {
                if (calendar.Instant(day, time) is var closing && closing >= from && closing < end && closing <= now)
                {
                    yield return closing;
                }
            }
        }
    }
}
