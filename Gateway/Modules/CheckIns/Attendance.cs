using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

/// <summary>One stay of one person; times are those of the site's zone.</summary>
/// <param name="Out">Null while it goes on.</param>
internal sealed record AttendedStay(
    string Site,
    string Person,
    DateOnly Date,
    string In,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Out,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Minutes,
    bool? Closed);

/// <param name="From">Local day of the first stays; null is all that are kept.</param>
/// <param name="To">Local day of the last stays.</param>
internal sealed record AttendanceQuery(string? Site, string? Person, DateOnly? From, DateOnly? To);

/// <summary>Who was where from when to when, read from the events themselves.</summary>
internal sealed class Attendance(IJournal journal, CheckInsOptions options)
{
    private const int Page = 1000;
    private const string Header = "site,person,date,in,out,minutes,closed\r\n";

    public async Task<IReadOnlyList<AttendedStay>> ReadAsync(AttendanceQuery query, CancellationToken cancellation)
    {
        var people = new SortedDictionary<(string Site, string Person), Dictionary<long, Mark>>();
        var position = 0L;
        while (await journal.ReadFeedAsync(CheckInDesk.Kind, position, Page, cancellation) is { Count: > 0 } events)
        {
            foreach (var stored in events.Where(stored => stored.Type is CheckInEvents.In or CheckInEvents.Out))
            {
                Gather(people, stored, query);
            }

            position = events[^1].Position;
        }

        return [.. people.SelectMany(person => Stays(person.Key.Site, person.Key.Person, person.Value.Values, query))];
    }

    /// <summary>RFC 4180; a text that a spreadsheet would take for a formula is kept from being one.</summary>
    public static string Csv(IEnumerable<AttendedStay> stays)
    {
        var csv = new StringBuilder(Header);
        foreach (var stay in stays)
        {
            string?[] fields =
            [
                stay.Site, stay.Person, stay.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), stay.In, stay.Out, stay.Minutes?.ToString(),
                stay.Closed == true ? "yes" : "",
            ];
            csv.AppendJoin(',', fields.Select(Field)).Append("\r\n");
        }

        return csv.ToString();
    }

    private static string Field(string? text)
    {
        var plain = text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? $"'{text}" : text ?? "";
        return plain.AsSpan().IndexOfAny(",\"\r\n") < 0 ? plain : $"\"{plain.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Text(DateTimeOffset local) => local.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private void Gather(SortedDictionary<(string Site, string Person), Dictionary<long, Mark>> people, StoredEvent stored, AttendanceQuery query)
    {
        var site = stored.Channel.Id;
        var data = stored.Read<CheckInEvents.AnyData>();
        var date = options.CalendarOf(site).DateOf(stored.At);
        // A stay may have begun, or end, on another day than the span's own.
        if ((query.Site is { } one && one != site) || (query.Person is { } somebody && somebody != data.Person)
            || date < query.From?.AddDays(-PersonLedger.Kept.Days) || date > query.To?.AddDays(PersonLedger.Kept.Days))
        {
            return;
        }

        if (!people.TryGetValue((site, data.Person!), out var marks))
        {
            people.Add((site, data.Person!), marks = []);
        }

        if (data.Corrects is { } corrected)
        {
            marks.Remove(corrected);
        }

        var direction = stored.Type == CheckInEvents.In ? Direction.In : Direction.Out;
        marks[stored.Seq] = new(stored.At, stored.Seq, direction, data.Device, data.Location, data.Closed == true);
    }

    private IEnumerable<AttendedStay> Stays(string site, string person, IEnumerable<Mark> marks, AttendanceQuery query)
    {
        var calendar = options.CalendarOf(site);
        var (passages, inside) = new PersonLedger(null, [.. marks.OrderBy(mark => mark.At).ThenBy(mark => mark.Seq)]).Walk();
        Mark? began = null;
        foreach (var passage in passages)
        {
            if (passage.IsIn)
            {
                began ??= passage.Mark;
            }
            else if (began is not null && IsWanted(began))
            {
                yield return Stay(began, passage);
            }

            began = passage.IsIn ? began : null;
        }

        if (inside is not null && IsWanted(inside))
        {
            yield return Stay(inside, null);
        }

        bool IsWanted(Mark first) => !(calendar.DateOf(first.At) < query.From) && !(calendar.DateOf(first.At) > query.To);

        AttendedStay Stay(Mark first, Passage? last) => new(
            site,
            person,
            calendar.DateOf(first.At),
            Text(calendar.Local(first.At)),
            last is null ? null : Text(calendar.Local(last.Mark.At)),
            last?.Minutes,
            last?.Mark.Closed == true ? true : null);
    }
}
