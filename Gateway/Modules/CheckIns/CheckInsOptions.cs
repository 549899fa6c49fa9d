using System.Globalization;
using System.Text.Json.Serialization;

namespace Gateway.Modules.CheckIns;

/// <summary>Section <c>CheckIns</c>.</summary>
internal sealed record CheckInsOptions
{
    private const string Never = "never";

    /// <summary>IANA name of the zone whose days and hours count; null is the zone of this machine.</summary>
    public string? TimeZone { get; init; }

    /// <summary>
    /// HH:mm, local, or never: whoever is inside then has forgotten to check out. Without it a forgotten check-out turns the next morning's check-in
    /// into a check-out, so there is one unless it is switched off.
    /// </summary>
    public string Closing { get; init; } = "04:00";

    /// <summary>Sites that differ, each as <c>SITE ZONE [HH:mm|never]</c>.</summary>
    public IReadOnlyList<string> Sites { get; init; } = [];

    /// <summary>A sentence a fault, each naming its setting.</summary>
    public IEnumerable<string> Faults()
    {
        if (TimeZone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
        {
            yield return $"CheckIns:TimeZone: there is no time zone {TimeZone}; write an IANA name such as Europe/Berlin.";
        }

        if (Closing != Never && !IsTime(Closing, out _))
        {
            yield return $"CheckIns:Closing: {Closing} is no time of day; write HH:mm, or never.";
        }

        foreach (var (entry, i) in Sites.Select((entry, i) => (entry, i)).Where(site => Parse(site.entry) is null))
        {
            yield return $"CheckIns:Sites:{i}: \"{entry}\" is not SITE ZONE or SITE ZONE HH:mm or SITE ZONE never, such as lab-2 Europe/London 22:00.";
        }
    }

    [JsonIgnore]
    public IEnumerable<string> NamedSites => Sites.Select(entry => Parse(entry)?.Site).OfType<string>();

    public SiteCalendar CalendarOf(string site) => Sites.Select(Parse).FirstOrDefault(own => own?.Site == site)?.Calendar ?? new(Zone, TimeOf(Closing));

    /// <summary>With the zone of this machine by its name, so that it can be told when it has changed.</summary>
    public CheckInsOptions Resolved() => this with { TimeZone = TimeZone ?? TimeZoneInfo.Local.Id };

    public bool IsSame(CheckInsOptions other) => TimeZone == other.TimeZone && Closing == other.Closing && Sites.SequenceEqual(other.Sites);

    // Settings that are kept may be of a machine that knew other zones.
    private TimeZoneInfo Zone => TimeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Local;

    private static TimeOnly? TimeOf(string? text) => text is not null && IsTime(text, out var time) ? time : null;

    private static bool IsTime(string text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);

    private OwnCalendar? Parse(string entry)
    {
        if (entry.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var site, var name, .. var rest] || rest.Length > 1
            || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return null;
        }

        return rest switch
        {
            [] => new(site, new(zone, TimeOf(Closing))),
            [Never] => new(site, new(zone, null)),
            [var closing] when IsTime(closing, out var time) => new(site, new(zone, time)),
            _ => null,
        };
    }

    private sealed record OwnCalendar(string Site, SiteCalendar Calendar);
}
