using System.Globalization;
using System.Text.Json.Serialization;

namespace Gateway.Modules.CheckIns;

/// <summary>One stay of one person, or one finger that nobody has; times are those of the site's zone.</summary>
/// <param name="Person">Null where it is a finger that nobody has; it was read at <paramref name="In"/>.</param>
/// <param name="Out">Null while it goes on.</param>
/// <param name="Also">Other sites at which the person was during it.</param>
internal sealed record AttendedStay(
    string Site,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Person,
    DateOnly Date,
    string In,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Out,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Minutes,
    bool? Closed,
    IReadOnlyCollection<string>? Also,
    UnknownFinger? Unknown);

internal sealed record UnknownFinger(string Device, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? Slot);

/// <summary>Makes stays of passages that come in the order of time. Used by one reader.</summary>
internal sealed class RunningStays(AttendanceQuery query, Timetables times)
{
    private readonly Dictionary<string, List<Running>> _people = [];
    private int _wanted;

    /// <summary>Nothing that goes on is part of what was asked for.</summary>
    public bool AreComplete => _wanted == 0;

    /// <summary>What has ended by it; null where that is nothing, or not asked for.</summary>
    public AttendedStay? Take(FinalPassage passage) => (passage.Type, passage.Person) switch
    {
        (CheckInEvents.In, { } person) => Begin(person, passage),
        (CheckInEvents.Out, { } person) => End(person, passage),
        _ => Unknown(passage),
    };

    public IEnumerable<AttendedStay> GoingOn()
    {
        foreach (var running in _people.Values)
        {
            running.ForEach(stay => running.FindAll(other => other != stay).ForEach(other => Running.Meet(stay, other)));
        }

        return _people.SelectMany(person => person.Value.Where(stay => stay.IsWanted).Select(stay => (person.Key, Stay: stay)))
            .OrderBy(one => one.Stay.Began.At).ThenBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => Attended(one.Key, one.Stay, end: null));
    }

    private AttendedStay? Begin(string person, FinalPassage passage)
    {
        if (!_people.TryGetValue(person, out var running))
        {
            _people[person] = running = [];
        }

        if (running.Exists(stay => stay.Began.Site == passage.Site))
        {
            return null;
        }

        var isWanted = query.Wants(passage.Site, person, times.Of(passage.Site).DateOf(passage.At));
        running.Add(new(passage, isWanted, []));
        _wanted += isWanted ? 1 : 0;
        return null;
    }

    private AttendedStay? End(string person, FinalPassage passage)
    {
        if (_people.GetValueOrDefault(person) is not { } running || running.Find(stay => stay.Began.Site == passage.Site) is not { } ended)
        {
            return null;
        }

        running.Remove(ended);
        foreach (var other in running.Where(other => other.Began.At < passage.At && ended.Began.At < passage.At))
        {
            Running.Meet(ended, other);
        }

        if (running.Count == 0)
        {
            _people.Remove(person);
        }

        _wanted -= ended.IsWanted ? 1 : 0;
        return ended.IsWanted ? Attended(person, ended, passage) : null;
    }

    private AttendedStay? Unknown(FinalPassage passage)
    {
        var hours = times.Of(passage.Site);
        var date = hours.DateOf(passage.At);
        var finger = new UnknownFinger(passage.Device!, passage.Slot);
        return query.Wants(passage.Site, person: null, date)
            ? new(passage.Site, Person: null, date, Text(hours.Local(passage.At)), Out: null, Minutes: null, Closed: null, Also: null, finger)
            : null;
    }

    private AttendedStay Attended(string person, Running stay, FinalPassage? end)
    {
        var (site, hours) = (stay.Began.Site, times.Of(stay.Began.Site));
        return new(
            site,
            person,
            hours.DateOf(stay.Began.At),
            Text(hours.Local(stay.Began.At)),
            end is null ? null : Text(hours.Local(end.At)),
            end is null ? null : (long)(end.At - stay.Began.At).TotalMinutes,
            end?.IsClosing == true ? true : null,
            stay.Also.Count == 0 ? null : stay.Also,
            Unknown: null);
    }

    private static string Text(DateTimeOffset local) => local.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private sealed record Running(FinalPassage Began, bool IsWanted, SortedSet<string> Also)
    {
        public static void Meet(Running one, Running other)
        {
            one.Also.Add(other.Began.Site);
            other.Also.Add(one.Began.Site);
        }
    }
}
