namespace Gateway.Modules.CheckIns;

/// <param name="Corrects">The seq of the event that told it otherwise; null for the mark that is new.</param>
internal sealed record Movement(Passage Passage, long? Corrects);

/// <param name="IsRepeat">Within the guard of another one: nothing changed.</param>
/// <param name="Movements">The new passage first, then those that read differently because of it.</param>
internal sealed record CheckInDecision(PersonLedger Ledger, bool IsRepeat, IReadOnlyList<Movement> Movements, IReadOnlyList<Change> Changes);

/// <summary>Decides what a mark does to the passages of a person and to the figures of the site: pure, the time is an argument.</summary>
internal static class CheckInRules
{
    /// <param name="isGuarded">Whether a second one within moments is an accident.</param>
    public static CheckInDecision Decide(PersonLedger ledger, Mark mark, bool isGuarded, SiteCalendar calendar, DateTimeOffset now)
    {
        var horizon = now - PersonLedger.Kept;
        var before = ledger.Since(horizon);
        if (isGuarded && before.IsRepeat(mark))
        {
            var (date, hour) = When(mark, calendar);
            return new(before, IsRepeat: true, [], [new Change(date, hour) { Repeats = 1 }]);
        }

        if (mark.At < horizon && !mark.Closed)
        {
            // Too late to tell what it meant; it is shown, and counts for nothing.
            return new(before, IsRepeat: false, [new(new(mark, mark.Ask != Direction.Out, null), null)], []);
        }

        var after = before.With(mark);
        var own = after.Walk().Passages.First(passage => ReferenceEquals(passage.Mark, mark));
        var (corrected, changes) = Compare(before, after, calendar);
        return new(after, IsRepeat: false, [new(own, null), .. corrected], changes);
    }

    /// <summary>As if it had never been read or entered. Null: the ledger has no such mark, or has it no more.</summary>
    public static CheckInDecision? TakeBack(PersonLedger ledger, long seq, SiteCalendar calendar, DateTimeOffset now)
    {
        var before = ledger.Since(now - PersonLedger.Kept);
        var after = before.Without(seq);
        if (after.Marks.Count == before.Marks.Count)
        {
            return null;
        }

        var (corrected, changes) = Compare(before, after, calendar);
        return new(after, IsRepeat: false, [.. corrected], changes);
    }

    /// <summary>The passages that read differently, and what that does to the figures.</summary>
    private static (IEnumerable<Movement> Corrected, IReadOnlyList<Change> Changes) Compare(PersonLedger before, PersonLedger after, SiteCalendar calendar)
    {
        var (old, _) = before.Walk();
        var (anew, _) = after.Walk();
        var corrected = anew.Where(passage => old.Any(told => ReferenceEquals(told.Mark, passage.Mark) && told.IsIn != passage.IsIn))
            .Select(passage => new Movement(passage, passage.Mark.Seq));
        return (corrected, Difference(old, anew, calendar));
    }

    private static (DateOnly Date, int Hour) When(Mark mark, SiteCalendar calendar)
    {
        var local = calendar.Local(mark.At);
        return (DateOnly.FromDateTime(local.DateTime), local.Hour);
    }

    private static List<Change> Difference(IEnumerable<Passage> before, IEnumerable<Passage> after, SiteCalendar calendar)
    {
        var sums = new SortedDictionary<(DateOnly, int), Change>();
        void Sum(Passage passage, int times)
        {
            var (date, hour) = When(passage.Mark, calendar);
            var one = new Change(date, hour) { In = passage.IsIn ? 1 : 0 };
            if (passage.Minutes is { } minutes)
            {
                one = passage.Mark.Closed ? one with { Closed = 1 } : one with { Stays = 1, Minutes = minutes };
            }

            var sum = sums.GetValueOrDefault((date, hour)) ?? new Change(date, hour);
            sums[(date, hour)] = sum.Plus(one, times);
        }

        foreach (var passage in before)
        {
            Sum(passage, -1);
        }

        foreach (var passage in after)
        {
            Sum(passage, 1);
        }

        return [.. sums.Values.Where(change => change != new Change(change.Date, change.Hour))];
    }
}
