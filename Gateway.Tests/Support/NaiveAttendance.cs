using Gateway.Journal;
using Gateway.Modules.CheckIns;

namespace Gateway.Tests.Support;

/// <summary>A site's figures, counted from its events the plain way: all of them, in the order of their times, by type.</summary>
internal sealed class NaiveAttendance
{
    private readonly List<(StoredEvent Event, CheckInEvents.AnyData Data)> _passed;
    private readonly TimeZoneInfo _zone;

    public NaiveAttendance(IReadOnlyList<StoredEvent> events, TimeZoneInfo zone)
    {
        _zone = zone;
        var all = events.Select(stored => (Event: stored, Data: stored.Read<CheckInEvents.AnyData>())).ToList();
        var corrected = all.Select(passed => passed.Data.Corrects).OfType<long>().ToHashSet();
        _passed = [.. all.Where(passed => passed.Event.Type is "in" or "out" && !corrected.Contains(passed.Event.Seq))
            .OrderBy(passed => passed.Event.At).ThenBy(passed => passed.Event.Seq)];
    }

    public IEnumerable<string> Inside() => _passed.GroupBy(passed => passed.Data.Person!)
        .Where(person => person.Last().Event.Type == "in").Select(person => person.Key).Order(StringComparer.Ordinal);

    public (int In, int Stays, long Minutes, int Closed) On(DateOnly date)
    {
        var (stays, minutes, closed) = (0, 0L, 0);
        foreach (var person in _passed.GroupBy(passed => passed.Data.Person!))
        {
            DateTimeOffset? since = null;
            foreach (var (stored, data) in person)
            {
                if (stored.Type == "in")
                {
                    since ??= stored.At;
                    continue;
                }

                if (since is { } began && DateOf(stored.At) == date)
                {
                    (stays, minutes, closed) = data.Closed == true
                        ? (stays, minutes, closed + 1)
                        : (stays + 1, minutes + (long)(stored.At - began).TotalMinutes, closed);
                }

                since = null;
            }
        }

        return (_passed.Count(passed => passed.Event.Type == "in" && DateOf(passed.Event.At) == date), stays, minutes, closed);
    }

    public IEnumerable<DateOnly> Dates() => _passed.Select(passed => DateOf(passed.Event.At)).Distinct();

    private DateOnly DateOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, _zone).DateTime);
}
