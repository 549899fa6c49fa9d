namespace Gateway.Modules.CheckIns;

/// <param name="Corrects">The seq of the event that told it otherwise; null for what has not been told.</param>
internal sealed record Movement(Passage Passage, long? Corrects)
{
    /// <summary>Too late to tell what it meant; it is shown, and counts for nothing.</summary>
    public bool IsLate { get; init; }
}

/// <param name="Ledger">Before the movements have their events.</param>
/// <param name="Movements">What it is about first, then what reads differently because of it, or has become due, in the order of time.</param>
/// <param name="Changes">What all of them do to the figures together.</param>
/// <param name="Inside">The stay that goes on.</param>
internal sealed record CheckInDecision(PersonLedger Ledger, IReadOnlyList<Movement> Movements, IReadOnlyList<Change> Changes, Stay? Inside);

/// <summary>
/// Decides what a mark does to the passages of a person and to the figures of the site: the difference between what was told and what all marks say now.
/// Pure, the time is an argument.
/// </summary>
internal static class CheckInRules
{
    public static CheckInDecision Take(PersonLedger ledger, Mark mark, Timetable times, DateTimeOffset now)
    {
        if (mark.At < ledger.HorizonAt(now))
        {
            var kind = mark.Ask == Direction.Out ? PassageKind.Out : PassageKind.In;
            return Compare(ledger, new(new(mark, mark.At, kind, null, mark.Location), null) { IsLate = true }, times, now);
        }

        return Compare(ledger.With(mark), null, times, now);
    }

    /// <summary>As if it had never been read or entered. Null: the ledger has no such mark, or has it no more.</summary>
    public static CheckInDecision? TakeBack(PersonLedger ledger, long seq, Timetable times, DateTimeOffset now)
    {
        var mark = ledger.Marks.FirstOrDefault(known => known.Told?.Seq == seq && known.Told.Kind is PassageKind.In or PassageKind.Out);
        if (mark is null || mark.At < ledger.HorizonAt(now))
        {
            return null;
        }

        if (mark.Device is null)
        {
            return Compare(ledger.Without(mark), new(new(mark, mark.At, PassageKind.Void, null, mark.Location), seq), times, now);
        }

        var taken = mark with { IsVoid = true };
        var after = ledger with { Marks = [.. ledger.Marks.Select(known => ReferenceEquals(known, mark) ? taken : known)] };
        return Compare(after, new(new(taken, mark.At, PassageKind.Void, null, mark.Location), seq), times, now);
    }

    /// <summary>Closings that have come since the last time anything was told.</summary>
    public static CheckInDecision Settle(PersonLedger ledger, Timetable times, DateTimeOffset now) => Compare(ledger, null, times, now);

    /// <param name="first">What it is about, where that is none of the ledger's passages.</param>
    private static CheckInDecision Compare(PersonLedger ledger, Movement? first, Timetable times, DateTimeOffset now)
    {
        // A clock that was put back withdraws no closing that was told.
        var walk = ledger.Walk(times, ledger.Closings is [.., var last] && last.At > now ? last.At : now);
        var figures = new FigureSum(times);
        var movements = new List<Movement>();
        var closings = ledger.Closings.ToDictionary(closing => closing.At);
        foreach (var passage in walk.Passages)
        {
            var told = passage.Mark is { } mark ? mark.Told : closings.Remove(passage.At, out var closing) ? closing.Told : null;
            if (told is not null && told.Kind == passage.Kind && told.Minutes == passage.Minutes)
            {
                continue;
            }

            figures.Add(passage, told);
            if (passage.Mark is not null && ReferenceEquals(passage.Mark, first?.Passage.Mark))
            {
                continue;
            }

            if (passage.Mark is not null && told is null)
            {
                first = new(passage, null);
            }
            else
            {
                movements.Add(new(passage, told?.Seq));
            }
        }

        foreach (var gone in closings.Values)
        {
            var passage = new Passage(null, gone.At, PassageKind.Void, null, null);
            figures.Add(passage, gone.Told);
            movements.Add(new(passage, gone.Told.Seq));
        }

        if (first?.Passage is { Kind: PassageKind.Void, Mark: { IsVoid: false, Told: { } entered } })
        {
            // It is in the ledger no more.
            figures.Add(first.Passage, entered);
        }

        var others = movements.OrderBy(movement => movement.Passage.At);
        return new(ledger, first is null ? [.. others] : [first, .. others], figures.Changes, walk.Inside);
    }
}

/// <summary>What passages add to the figures of local days, and take from them where they were told otherwise.</summary>
internal sealed class FigureSum(Timetable times)
{
    private readonly SortedDictionary<(DateOnly, int), Change> _sums = [];

    public IReadOnlyList<Change> Changes => [.. _sums.Values.Where(change => change != new Change(change.Date, change.Hour))];

    public void Add(Passage passage, Told? told)
    {
        var local = times.Local(passage.At);
        var none = new Change(DateOnly.FromDateTime(local.DateTime), local.Hour);
        var sum = _sums.GetValueOrDefault((none.Date, none.Hour)) ?? none;
        var isClosing = passage.Mark is null;
        sum = sum.Plus(Of(none, passage.Kind, passage.Minutes, isClosing));
        _sums[(none.Date, none.Hour)] = told is null ? sum : sum.Plus(Of(none, told.Kind, told.Minutes, isClosing), times: -1);
    }

    private static Change Of(Change none, PassageKind kind, long? minutes, bool isClosing) => kind switch
    {
        PassageKind.In => none with { In = 1 },
        PassageKind.Repeat => none with { Repeats = 1 },
        PassageKind.Out when isClosing => none with { Closed = 1 },
        PassageKind.Out when minutes is not null => none with { Stays = 1, Minutes = minutes.Value },
        _ => none,
    };
}
