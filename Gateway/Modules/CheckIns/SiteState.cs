using System.Text.Json.Serialization;
using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

/// <summary>A site as its check-ins tell it: who is inside, the figures of its days, what came last.</summary>
internal sealed record SiteState
{
    public const int RecentCount = 10;

    public required string Site { get; init; }

    public int Inside => Present.Count;

    public IReadOnlyList<Present> Present { get; init; } = [];

    /// <summary>The newest ten, newest first.</summary>
    public IReadOnlyList<RecentCheckIn> Recent { get; init; } = [];

    /// <summary>Local days, newest first.</summary>
    public IReadOnlyList<DayFigures> Days { get; init; } = [];

    /// <summary>Of the last event.</summary>
    public DateTimeOffset? At { get; init; }

    public DayFigures On(DateOnly date) => Days.FirstOrDefault(day => day.Date == date) ?? new DayFigures { Date = date };
}

/// <param name="Also">Other sites at which they were inside when they came.</param>
internal sealed record Present(string Person, DateTimeOffset Since, string? Device, string? Location, IReadOnlyList<string>? Also);

/// <param name="Slot">Of an unknown finger, where its scanner has one for it; 0 is one, null is none.</param>
internal sealed record RecentCheckIn(
    long Seq,
    string Type,
    DateTimeOffset At,
    string? Person,
    string? Device,
    string? Location,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? Slot,
    long? Minutes,
    bool? Closed,
    long? Corrects,
    bool? Late,
    string? By)
{
    public static RecentCheckIn Of(StoredEvent stored, CheckInEvents.AnyData data) => new(
        stored.Seq, stored.Type, stored.At, data.Person, data.Device, data.Location, data.Slot, data.Minutes, data.Closed, data.Corrects, data.Late, data.By);
}

/// <summary>The figures of one local day.</summary>
internal sealed record DayFigures
{
    private const int KeptDays = 62;
    private const int HoursOfADay = 24;

    public required DateOnly Date { get; init; }

    public int In { get; init; }

    public int Stays { get; init; }

    public long Minutes { get; init; }

    public int Closed { get; init; }

    public int Repeats { get; init; }

    public int Unknown { get; init; }

    /// <summary>Who came in, by local hour; on the night that is longer the hour that is there twice counts both.</summary>
    public IReadOnlyList<int> Hours { get; init; } = new int[HoursOfADay];

    /// <summary>Over the stays that people ended themselves; null while there are none.</summary>
    public double? AverageMinutes => Stays == 0 ? null : Math.Round((double)Minutes / Stays, 1);

    public static IReadOnlyList<DayFigures> Add(IReadOnlyList<DayFigures> days, Change change)
    {
        var day = days.FirstOrDefault(day => day.Date == change.Date) ?? new DayFigures { Date = change.Date };
        return [.. days.Where(other => other.Date != change.Date).Append(day.Plus(change)).OrderByDescending(other => other.Date).Take(KeptDays)];
    }

    private DayFigures Plus(Change change) => this with
    {
        In = In + change.In,
        Stays = Stays + change.Stays,
        Minutes = Minutes + change.Minutes,
        Closed = Closed + change.Closed,
        Repeats = Repeats + change.Repeats,
        Unknown = Unknown + change.Unknown,
        Hours = [.. Hours.Select((count, hour) => hour == change.Hour ? count + change.In : count)],
    };
}
