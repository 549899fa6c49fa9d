using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Storage;

/// <summary>
/// Section <c>Retention</c>. For each kind of channel how much of its history is kept: an age (<c>90d</c>), a number of events (<c>1000000</c>), a size
/// (<c>500MB</c>, <c>2GB</c>), several of them, or <c>all</c>. The state of a channel is kept whatever becomes of its history.
/// </summary>
internal sealed record RetentionOptions : ICheckedOptions
{
    /// <summary>Who was registered, and how: small, and asked for years later.</summary>
    public string Enrollments { get; init; } = "all";

    /// <summary>Comings and goings of scanners.</summary>
    public string Devices { get; init; } = "all";

    /// <summary>Progress of jobs that have ended.</summary>
    public string Jobs { get; init; } = "90d";

    /// <summary>Who came and went.</summary>
    public string CheckIns { get; init; } = "730d";

    /// <summary>Messages.</summary>
    public string Rooms { get; init; } = "365d";

    /// <summary>Who did what, and from which address.</summary>
    public string Audit { get; init; } = "all";

    /// <summary>How often is looked for what may go.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(10);

    public IEnumerable<string> Faults()
    {
        (string Name, string Rule)[] rules =
        [
            ("Enrollments", Enrollments), ("Devices", Devices), ("Jobs", Jobs), ("CheckIns", CheckIns), ("Rooms", Rooms), ("Audit", Audit),
        ];
        foreach (var (name, rule) in rules.Where(entry => !RetentionRule.TryParse(entry.Rule, out _)))
        {
            yield return $"Retention:{name}: \"{rule}\" is none of 90d, 1000000, 500MB, 2GB, several of them with spaces between, or all.";
        }

        if (Interval < TimeSpan.FromSeconds(1) || Interval > TimeSpan.FromDays(1))
        {
            yield return $"Retention:Interval: {Interval} is not between a second and a day.";
        }
    }

    /// <param name="documents">Collections that are looked through as well.</param>
    public RetentionPlan Plan(IReadOnlyList<string> documents) => new(Of, documents, Interval);

    /// <summary>A kind that has no setting keeps everything.</summary>
    private RetentionRule Of(string kind)
    {
        var text = kind switch
        {
            "enrollments" => Enrollments,
            "devices" => Devices,
            "jobs" => Jobs,
            "checkins" => CheckIns,
            "rooms" => Rooms,
            "audit" => Audit,
            _ => "all",
        };
        return RetentionRule.TryParse(text, out var rule) ? rule : RetentionRule.Everything;
    }
}
