using System.Collections.Frozen;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

/// <summary>A site's calendar as it was at each time: settings that change later change no day of the past. Pure.</summary>
/// <param name="Eras">Rising; the first begins with time itself.</param>
internal sealed record Timetable(IReadOnlyList<(DateTimeOffset From, SiteCalendar Calendar)> Eras)
{
    /// <summary>Whether each stay has ended a day and a bit after it began.</summary>
    public bool AlwaysCloses => Eras.All(era => era.Calendar.Closing is not null);

    public DateTimeOffset Local(DateTimeOffset at) => At(at).Local(at);

    public DateOnly DateOf(DateTimeOffset at) => At(at).DateOf(at);

    /// <summary>The first closing after the moment, by whatever is valid when it comes; null when there is none to come.</summary>
    public DateTimeOffset? ClosingAfter(DateTimeOffset moment)
    {
        for (var i = 0; i < Eras.Count; i++)
        {
            var end = i + 1 < Eras.Count ? Eras[i + 1].From : DateTimeOffset.MaxValue;
            var from = Eras[i].From > moment ? Eras[i].From - TimeSpan.FromTicks(1) : moment;
            if (end > moment && Eras[i].Calendar.ClosingAfter(from) is { } closing && closing < end)
            {
                return closing;
            }
        }

        return null;
    }

    private SiteCalendar At(DateTimeOffset at)
    {
        var i = Eras.Count - 1;
        while (i > 0 && Eras[i].From > at)
        {
            i--;
        }

        return Eras[i].Calendar;
    }
}

/// <summary>The timetables of all sites. Settings count from the first start with them on; what they were before is kept in the journal.</summary>
internal sealed class Timetables(CheckInsOptions options)
{
    private const string Collection = "checkins-settings";
    private const string Key = "all";

    // Swapped once, at the start, before anybody reads it.
    private volatile Plan _plan = new([new(DateTimeOffset.MinValue, options.Resolved())]);

    public async Task StartAsync(IJournal journal)
    {
        var settings = options.Resolved();
        var eras = await journal.WriteAsync(transaction =>
        {
            List<Era> known = transaction.Documents.Find(Collection, Key) is { } body ? ContractJson.Read<List<Era>>(body) : [];
            if (known.Count > 0 && known[^1].Settings.IsSame(settings))
            {
                return known;
            }

            // A clock that was put back makes no past of what is past already.
            var from = known is [] ? DateTimeOffset.MinValue : known[^1].From > transaction.Now ? known[^1].From : transaction.Now;
            known.Add(new(from, settings));
            transaction.Documents.Put(Collection, Key, ContractJson.Write(known));
            return known;
        });
        _plan = new(eras);
    }

    public Timetable Of(string site) => _plan.Of(site);

    private sealed record Era(DateTimeOffset From, CheckInsOptions Settings);

    private sealed class Plan(IReadOnlyList<Era> eras)
    {
        private readonly Timetable _others = Of(eras, site: "");

        private readonly FrozenDictionary<string, Timetable> _own = eras.SelectMany(era => era.Settings.NamedSites).Distinct()
            .ToFrozenDictionary(site => site, site => Of(eras, site));

        public Timetable Of(string site) => _own.GetValueOrDefault(site, _others);

        private static Timetable Of(IReadOnlyList<Era> eras, string site) => new([.. eras.Select(era => (era.From, era.Settings.CalendarOf(site)))]);
    }
}
