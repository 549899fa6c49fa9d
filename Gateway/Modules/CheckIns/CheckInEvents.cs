using System.Text.Json.Serialization;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.CheckIns;

/// <summary>The event types of the contract, and nothing else, are on a site's channel.</summary>
internal static class CheckInEvents
{
    public const string In = "in";
    public const string Out = "out";
    public const string Repeat = "repeat";
    public const string Unknown = "unknown";

    /// <summary>An <c>in</c> or <c>out</c>.</summary>
    internal sealed record PassedData
    {
        public required string Person { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
        public string? Device { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
        public string? Location { get; init; }

        /// <summary>Only of an <c>out</c>: the stay that it ends; 0 where it ends none.</summary>
        public long? Minutes { get; init; }

        /// <summary>Checked out by the site's closing time.</summary>
        public bool? Closed { get; init; }

        /// <summary>The seq of the event that this one takes the place of, since something earlier has become known.</summary>
        public long? Corrects { get; init; }

        /// <summary>It came too late to count for anything.</summary>
        public bool? Late { get; init; }

        /// <summary>Other sites at which the person is inside as well.</summary>
        public IReadOnlyList<string>? Also { get; init; }

        /// <summary>Who entered it by hand.</summary>
        public string? By { get; init; }

        public required Effect Effect { get; init; }

        public EventSource? Source { get; init; }
    }

    /// <param name="Closed">It was a closing, at which nobody turned out to be inside.</param>
    /// <param name="Corrects">The seq of a passage that counts as little as this: within moments of another, or taken back.</param>
    /// <param name="By">Who took it back, or entered it.</param>
    internal sealed record RepeatData(
        string Person, string? Device, string? Location, bool? Closed, long? Corrects, string? By, Effect Effect, EventSource? Source);

    internal sealed record UnknownData(
        string Device,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? Slot,
        string? Location,
        bool? Late,
        Effect Effect,
        EventSource Source);

    /// <summary>Any of them, as far as the fold and the lists need it.</summary>
    internal sealed record AnyData(
        string? Person,
        string? Device,
        string? Location,
        int? Slot,
        long? Minutes,
        bool? Closed,
        long? Corrects,
        bool? Late,
        IReadOnlyList<string>? Also,
        string? By,
        Effect Effect,
        EventSource? Source);
}

/// <summary>
/// What an event does to the figures of its site, decided when it was written: so the fold needs no zone and no history, and adds the same whatever
/// order events came in.
/// </summary>
/// <param name="Inside">The stay that goes on after it; null when the person is not inside, or when it is about nobody.</param>
/// <param name="Days">What it adds to, or takes from, the figures of local days.</param>
internal sealed record Effect(Stay? Inside, IReadOnlyList<Change> Days);

/// <summary>A stay that goes on: since when, and where it began.</summary>
internal sealed record Stay(DateTimeOffset Since, string? Device, string? Location);

/// <param name="Hour">Local, 0 to 23.</param>
internal sealed record Change(DateOnly Date, int Hour)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int In { get; init; }

    /// <summary>Stays that the person ended.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Stays { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Minutes { get; init; }

    /// <summary>Stays that the closing time ended: nobody knows how long they were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Closed { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Repeats { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Unknown { get; init; }

    public Change Plus(Change other, int times = 1) => this with
    {
        In = In + (times * other.In),
        Stays = Stays + (times * other.Stays),
        Minutes = Minutes + (times * other.Minutes),
        Closed = Closed + (times * other.Closed),
        Repeats = Repeats + (times * other.Repeats),
        Unknown = Unknown + (times * other.Unknown),
    };
}

/// <summary>Folds a site's events into its state: pure, no clock and no time zone.</summary>
internal sealed class CheckInKind() : ChannelKind<SiteState>("checkins")
{
    /// <summary>A site is there before anybody came: pages follow it from the day on which it is set up.</summary>
    public override SiteState? BeforeFirst(string id) => DeviceId.IsValid(id) ? new() { Site = id } : null;

    public override SiteState Fold(SiteState? state, StoredEvent next)
    {
        var data = next.Read<CheckInEvents.AnyData>();
        var site = state ?? new SiteState { Site = next.Channel.Id };
        return site with
        {
            Present = next.Type == CheckInEvents.Unknown ? site.Present : Present(site.Present, next, data),
            Days = data.Effect.Days.Aggregate(site.Days, DayFigures.Add),
            Recent = [RecentCheckIn.Of(next, data), .. site.Recent.Take(SiteState.RecentCount - 1)],
            At = next.At,
        };
    }

    private static IReadOnlyList<Present> Present(IReadOnlyList<Present> present, StoredEvent next, CheckInEvents.AnyData data)
    {
        var person = data.Person ?? throw new InvalidOperationException($"{next.Channel} {next.Seq} is about nobody");
        if (data.Effect.Inside is not { } stay)
        {
            return [.. present.Where(known => known.Person != person)];
        }

        if (present.FirstOrDefault(known => known.Person == person) is { } known && known.Since == stay.Since)
        {
            return present;
        }

        return [.. present.Where(known => known.Person != person), new(person, stay.Since, stay.Device, stay.Location, data.Also)];
    }
}
