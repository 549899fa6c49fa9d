using System.Globalization;
using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

/// <summary>
/// Makes stays of a site's events, read in the order in which they were told. What is older than the time within which something late still counts is
/// final, and is given away. Used by one reader.
/// </summary>
internal sealed class Visits(string site, AttendanceQuery query, SiteCalendar calendar)
{
    // What is dated by different ways may differ by moments.
    private static readonly TimeSpan Final = PersonLedger.Kept + TimeSpan.FromHours(1);

    private readonly Dictionary<string, PersonLedger> _people = [];
    private readonly DateTimeOffset? _end = query.To is { } to ? calendar.Instant(to.AddDays(1), TimeOnly.MinValue) : null;
    private DateTimeOffset _told = DateTimeOffset.MinValue;

    // What ended before this local day has been given away.
    private DateOnly? _day;
    private DateTimeOffset _given = DateTimeOffset.MinValue;

    /// <summary>What arrived before this is of no interest; null: all is.</summary>
    public DateTimeOffset? Begin { get; } = query.From is { } from ? calendar.Instant(from, TimeOnly.MinValue) - PersonLedger.Kept : null;

    /// <summary>Nothing that comes can be part of what was asked for.</summary>
    public bool IsComplete => _end < _given && _people.Values.All(ledger => !IsWanted(ledger.Began));

    public static DateTimeOffset LatestArrival(StoredEvent stored) => ReceivedOf(stored) ?? stored.At + PersonLedger.Kept;

    /// <summary>The stays that have become final by these events.</summary>
    public IReadOnlyList<AttendedStay> Take(IReadOnlyList<StoredEvent> events)
    {
        foreach (var stored in events)
        {
            var arrived = ReceivedOf(stored) ?? stored.At;
            _told = arrived > _told ? arrived : _told;
            if (stored.Type != CheckInEvents.Unknown && stored.At >= arrived - PersonLedger.Kept)
            {
                Gather(stored, stored.Read<CheckInEvents.AnyData>());
            }
        }

        // Day by day, so that a part of the whole comes in the order of the whole, wherever reading began.
        var stays = new List<AttendedStay>();
        _day ??= calendar.DateOf(events[0].At - Final);
        for (var final = calendar.DateOf(_told - Final); _day < final;)
        {
            _day = _day.Value.AddDays(1);
            _given = calendar.Instant(_day.Value, TimeOnly.MinValue);
            stays.AddRange(InOrder(_people.ToList().SelectMany(person => Give(person.Key, person.Value))));
        }

        return stays;
    }

    /// <summary>All others, at the end: those that go on too.</summary>
    public IReadOnlyList<AttendedStay> Rest() => [.. InOrder(_people.SelectMany(person =>
        Ended(person.Key, person.Value).Concat(person.Value.Inside is { } inside && IsWanted(inside) ? [Stay(person.Key, inside, null)] : [])))];

    private static IOrderedEnumerable<AttendedStay> InOrder(IEnumerable<AttendedStay> stays) =>
        stays.OrderBy(stay => stay.Date).ThenBy(stay => stay.Person, StringComparer.Ordinal).ThenBy(stay => stay.In, StringComparer.Ordinal);

    private static DateTimeOffset? ReceivedOf(StoredEvent stored) => stored.Read<ReceivedData>().Source?.Received;

    private void Gather(StoredEvent stored, CheckInEvents.AnyData data)
    {
        if (query.Person is { } one && one != data.Person)
        {
            return;
        }

        var ledger = (_people.GetValueOrDefault(data.Person!) ?? Before(stored, data)).Without(data.Corrects);
        if (stored.Type == CheckInEvents.Repeat)
        {
            _people[data.Person!] = ledger;
            return;
        }

        var direction = stored.Type == CheckInEvents.In ? Direction.In : Direction.Out;
        var mark = new Mark(stored.At, stored.Seq, direction, data.Device, data.Location, data.Closed == true);
        _people[data.Person!] = ledger.With(mark);
    }

    // Where reading began in the midst, the first event of somebody says since when they had been inside.
    private static PersonLedger Before(StoredEvent first, CheckInEvents.AnyData data) => data.Effect.Inside is { } stay && stay.Since < first.At
        ? PersonLedger.Empty with { Began = new(stay.Since, Seq: 0, Direction.In, stay.Device, stay.Location) }
        : PersonLedger.Empty;

    private IEnumerable<AttendedStay> Give(string person, PersonLedger ledger)
    {
        var after = ledger.Since(_given);
        if (after == ledger)
        {
            return [];
        }

        if (after.Marks.Count == 0 && after.Began is null)
        {
            _people.Remove(person);
        }
        else
        {
            _people[person] = after;
        }

        return Ended(person, ledger with { Marks = [.. ledger.Marks.TakeWhile(mark => mark.At < _given)] });
    }

    private IEnumerable<AttendedStay> Ended(string person, PersonLedger ledger)
    {
        var began = ledger.Began;
        foreach (var passage in ledger.Walk().Passages)
        {
            if (!passage.IsIn && began is not null && IsWanted(began))
            {
                yield return Stay(person, began, passage);
            }

            began = passage.IsIn ? began ?? passage.Mark : null;
        }
    }

    private bool IsWanted(Mark? began) => began is not null && calendar.DateOf(began.At) is var date && !(date < query.From) && !(date > query.To);

    private AttendedStay Stay(string person, Mark first, Passage? last) => new(
        site,
        person,
        calendar.DateOf(first.At),
        Text(calendar.Local(first.At)),
        last is null ? null : Text(calendar.Local(last.Mark.At)),
        last?.Minutes,
        last?.Mark.Closed == true ? true : null);

    private static string Text(DateTimeOffset local) => local.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private sealed record ReceivedData(EventSource? Source);
}
