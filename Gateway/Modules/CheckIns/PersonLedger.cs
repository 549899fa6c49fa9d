using System.Text.Json.Serialization;

namespace Gateway.Modules.CheckIns;

internal enum Direction
{
    Toggle,
    In,
    Out,
}

internal enum PassageKind
{
    In,
    Out,

    /// <summary>Within moments of the one before.</summary>
    Repeat,

    /// <summary>Taken back by hand, or a closing at which it turned out that nobody was inside.</summary>
    Void,
}

/// <summary>One reading of a finger, or one entry by hand: that somebody passed, at a time, with or without a stated direction.</summary>
/// <param name="IsGuarded">Whether it counts for nothing within moments of another one.</param>
internal sealed record Mark(
    DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] Direction Ask,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool IsGuarded,
    string? Device,
    string? Location)
{
    /// <summary>A reading that was taken back: the finger was there all the same, and guards what it guarded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsVoid { get; init; }

    /// <summary>As the newest event about it has it; null while there is none.</summary>
    public Told? Told { get; init; }

    /// <summary>Whatever came first: who leaves and comes in one moment is inside, and what is entered by hand has the last word.</summary>
    public bool IsAfter(Mark other) => (At, Device is null, Rank).CompareTo((other.At, other.Device is null, other.Rank)) is not 0 and var order
        ? order > 0
        : string.CompareOrdinal(Device, other.Device) > 0;

    private int Rank => Ask switch { Direction.Out => 0, Direction.In => 1, _ => 2 };
}

/// <param name="Seq">Of the event.</param>
/// <param name="Minutes">Of the stay that it ends; null when it ends none.</param>
internal sealed record Told(long Seq, PassageKind Kind, long? Minutes);

/// <summary>A closing that checked the person out, as it was told.</summary>
internal sealed record Closing(DateTimeOffset At, Told Told);

/// <param name="Mark">Null: the site's closing.</param>
internal sealed record Passage(Mark? Mark, DateTimeOffset At, PassageKind Kind, long? Minutes, string? Location);

/// <param name="Counted">When the last one was that guards what follows.</param>
internal sealed record Walk(IReadOnlyList<Passage> Passages, Stay? Inside, DateTimeOffset? Counted);

/// <summary>
/// What is known of one person at one site, in the order in which it happened and not in that of its arrival: what comes late takes its place, and
/// whatever follows from it is read anew, closings included. Pure.
/// </summary>
/// <param name="From">What is older has been summed up in the two that follow; null: nothing has.</param>
/// <param name="Inside">The stay that went on then.</param>
/// <param name="Counted">The last one before then that guards.</param>
internal sealed record PersonLedger(
    DateTimeOffset? From, Stay? Inside, DateTimeOffset? Counted, IReadOnlyList<Mark> Marks, IReadOnlyList<Closing> Closings)
{
    public static readonly PersonLedger Empty = new(null, null, null, [], []);

    /// <summary>A finger that is held too long, or tried twice.</summary>
    public static readonly TimeSpan Guard = TimeSpan.FromSeconds(5);

    /// <summary>What comes later than this is recorded, and moves no figures.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(8);

    // Somebody who plays with a scanner for hours costs no more than this at each reading.
    private const int Most = 400;

    /// <summary>What happened before is too old to be told from what else is known.</summary>
    public DateTimeOffset HorizonAt(DateTimeOffset now) => From is { } from && from > now - Kept ? from : now - Kept;

    public PersonLedger With(Mark mark)
    {
        var place = Marks.Count;
        while (place > 0 && Marks[place - 1].IsAfter(mark))
        {
            place--;
        }

        return this with { Marks = [.. Marks.Take(place), mark, .. Marks.Skip(place)] };
    }

    public PersonLedger Without(Mark mark) => this with { Marks = [.. Marks.Where(known => !ReferenceEquals(known, mark))] };

    /// <summary>Once there are events that tell it so.</summary>
    public PersonLedger AsTold(IEnumerable<(Passage Passage, long Seq)> news)
    {
        var marks = new Dictionary<Mark, Told>(ReferenceEqualityComparer.Instance);
        var closings = Closings.ToDictionary(closing => closing.At);
        foreach (var (passage, seq) in news)
        {
            var told = new Told(seq, passage.Kind, passage.Minutes);
            if (passage.Mark is { } mark)
            {
                marks[mark] = told;
            }
            else if (passage.Kind == PassageKind.Void)
            {
                closings.Remove(passage.At);
            }
            else
            {
                closings[passage.At] = new(passage.At, told);
            }
        }

        return this with
        {
            Marks = [.. Marks.Select(mark => marks.TryGetValue(mark, out var told) ? mark with { Told = told } : mark)],
            Closings = [.. closings.Values.OrderBy(closing => closing.At)],
        };
    }

    /// <summary>Without what is too old, or too much; whether the person was inside then stays known.</summary>
    public PersonLedger Bounded(Timetable times, DateTimeOffset now)
    {
        var horizon = HorizonAt(now);
        horizon = Marks.Count > Most && Marks[^Most].At > horizon ? Marks[^Most].At : horizon;
        var old = Marks.TakeWhile(mark => mark.At < horizon).ToList();
        if (old.Count == 0)
        {
            return this;
        }

        var (_, inside, counted) = (this with { Marks = old }).Walk(times, horizon - TimeSpan.FromTicks(1));
        return new(horizon, inside, counted, [.. Marks.Skip(old.Count)], [.. Closings.Where(closing => closing.At >= horizon)]);
    }

    /// <summary>All as it happened, with the closings up to the given moment. Who passes at the very moment of a closing was before it.</summary>
    public Walk Walk(Timetable times, DateTimeOffset until)
    {
        var passages = new List<Passage>(Marks.Count + 1);
        var (inside, counted) = (Inside, Counted);
        var closing = ClosingOf(times, inside);
        void Close()
        {
            passages.Add(new(null, closing!.Value, PassageKind.Out, Minutes(inside!, closing.Value), inside!.Location));
            (inside, closing) = (null, null);
        }

        foreach (var mark in Marks)
        {
            if (closing < mark.At)
            {
                Close();
            }

            var kind = mark.IsGuarded && mark.At - counted < Guard ? PassageKind.Repeat : KindOf(mark, inside);
            counted = kind == PassageKind.Repeat ? counted : mark.At;
            kind = mark.IsVoid ? PassageKind.Void : kind;
            passages.Add(new(mark, mark.At, kind, kind == PassageKind.Out && inside is not null ? Minutes(inside, mark.At) : null, mark.Location));
            if (kind == PassageKind.Out || (kind == PassageKind.In && inside is null))
            {
                // Who comes in twice was inside all the while.
                inside = kind == PassageKind.Out ? null : new(mark.At, mark.Device, mark.Location);
                closing = ClosingOf(times, inside);
            }
        }

        if (closing <= until)
        {
            Close();
        }

        return new(passages, inside, counted);
    }

    private static PassageKind KindOf(Mark mark, Stay? inside) =>
        mark.Ask == Direction.In || (mark.Ask == Direction.Toggle && inside is null) ? PassageKind.In : PassageKind.Out;

    private static DateTimeOffset? ClosingOf(Timetable times, Stay? inside) => inside is null ? null : times.ClosingAfter(inside.Since);

    private static long Minutes(Stay stay, DateTimeOffset end) => (long)(end - stay.Since).TotalMinutes;
}
