namespace Gateway.Modules.CheckIns;

internal enum Direction
{
    Toggle,
    In,
    Out,
}

/// <summary>One reading of a finger, one correction by hand, or one closing: that somebody passed, at a time, with or without a stated direction.</summary>
/// <param name="Seq">Of the event that tells it; 0 while there is none.</param>
/// <param name="Closed">Not the person but the site's closing time.</param>
internal sealed record Mark(DateTimeOffset At, long Seq, Direction Ask, string? Device, string? Location, bool Closed = false);

/// <param name="Minutes">Of the stay that it ends; null when it ends none.</param>
internal sealed record Passage(Mark Mark, bool IsIn, long? Minutes);

/// <summary>
/// The passages of one person at one site, in the order in which they happened and not in that of their arrival: what comes late takes its place,
/// and whatever follows from it is read anew. Pure.
/// </summary>
/// <param name="Began">Where the person was inside before the first mark that is kept: since this one.</param>
internal sealed record PersonLedger(Mark? Began, IReadOnlyList<Mark> Marks)
{
    public static readonly PersonLedger Empty = new(null, []);

    /// <summary>A finger that is held too long, or tried twice.</summary>
    public static readonly TimeSpan Guard = TimeSpan.FromSeconds(5);

    /// <summary>What comes later than this is recorded, and moves no figures.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(8);

    /// <summary>The mark since which the person is inside; null when they are not.</summary>
    public Mark? Inside => Walk().Inside;

    public bool IsRepeat(Mark mark) => Marks.Any(known => !known.Closed && (known.At - mark.At).Duration() < Guard);

    /// <summary>At the same moment, behind those that were there.</summary>
    public PersonLedger With(Mark mark) =>
        this with { Marks = [.. Marks.TakeWhile(known => known.At <= mark.At), mark, .. Marks.SkipWhile(known => known.At <= mark.At)] };

    /// <summary>Without the one that this event tells, where there is one.</summary>
    public PersonLedger Without(long? seq) => seq is null ? this : this with { Marks = [.. Marks.Where(known => known.Seq != seq)] };

    /// <summary>Once the event that tells the mark has its seq.</summary>
    public PersonLedger Told(Mark mark, long seq) =>
        this with { Marks = [.. Marks.Select(known => ReferenceEquals(known, mark) ? mark with { Seq = seq } : known)] };

    /// <summary>Without what happened before; whether the person was inside then stays known.</summary>
    public PersonLedger Since(DateTimeOffset horizon)
    {
        var old = Marks.TakeWhile(mark => mark.At < horizon).ToList();
        return old.Count == 0 ? this : new((this with { Marks = old }).Inside, [.. Marks.Skip(old.Count)]);
    }

    public (IReadOnlyList<Passage> Passages, Mark? Inside) Walk()
    {
        var passages = new List<Passage>(Marks.Count);
        var inside = Began;
        foreach (var mark in Marks)
        {
            var isIn = mark.Ask == Direction.Toggle ? inside is null : mark.Ask == Direction.In;
            long? minutes = isIn || inside is null ? null : (long)(mark.At - inside.At).TotalMinutes;
            passages.Add(new(mark, isIn, minutes));

            // Who comes in twice was inside all the while.
            inside = isIn ? inside ?? mark : null;
        }

        return (passages, inside);
    }
}
