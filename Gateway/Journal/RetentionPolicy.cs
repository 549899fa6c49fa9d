using System.Globalization;

namespace Gateway.Journal;

/// <summary>How much of a kind of channel is kept; null is without bound. What is beyond any bound goes, the oldest first.</summary>
internal sealed record RetentionRule(TimeSpan? Age, long? Events, long? Bytes)
{
    public static readonly RetentionRule Everything = new(null, null, null);

    public bool KeepsEverything => this == Everything;

    /// <summary>As settings write it: <c>90d</c>, <c>1000000</c>, <c>2GB</c>, or several of them with spaces between; <c>all</c> keeps everything.</summary>
    public static bool TryParse(string text, out RetentionRule rule)
    {
        rule = Everything;
        if (text == "all")
        {
            return true;
        }

        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Number(word, "d", 1, 36_500) is { } days)
            {
                rule = rule with { Age = TimeSpan.FromDays(days) };
            }
            else if (Number(word, "MB", 1_000_000, 1_000_000_000) is { } megabytes)
            {
                rule = rule with { Bytes = megabytes };
            }
            else if (Number(word, "GB", 1_000_000_000, 1_000_000) is { } gigabytes)
            {
                rule = rule with { Bytes = gigabytes };
            }
            else if (Number(word, "", 1, long.MaxValue) is { } events)
            {
                rule = rule with { Events = events };
            }
            else
            {
                return false;
            }
        }

        return !rule.KeepsEverything;
    }

    private static long? Number(string word, string unit, long times, long most) =>
        word.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
        && long.TryParse(word.AsSpan(0, word.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= 1 && number <= most ? number * times : null;
}

/// <summary>An event as retention sees it.</summary>
/// <param name="IsNeeded">Its channel has not ended, and keeps all it has.</param>
internal sealed record OldEvent(long Position, long ChannelId, long Seq, DateTimeOffset At, long Bytes, bool IsNeeded);

/// <summary>What a kind of channel has, all in all.</summary>
internal sealed record KindFigures(long Events, long Bytes);

/// <summary>The pure part of retention: which of the oldest events go.</summary>
internal static class RetentionPolicy
{
    /// <summary>
    /// Of events in the order of their positions, those that go. The first that is within every bound ends it, since all that follow are younger; what an
    /// unfinished channel needs is passed over and kept beside the bounds, so that it costs the feed none of its own; and the newest event of the
    /// journal stays, by which positions are counted on.
    /// </summary>
    public static Pruning Beyond(RetentionRule rule, IEnumerable<OldEvent> oldest, KindFigures figures, long newestPosition, DateTimeOffset now)
    {
        var gone = new List<OldEvent>();
        foreach (var old in oldest)
        {
            var isBeyond = old.At < now - rule.Age || figures.Events > rule.Events || figures.Bytes > rule.Bytes;
            if (!isBeyond || old.Position >= newestPosition)
            {
                return new(gone, figures, IsComplete: true);
            }

            figures = new(figures.Events - 1, figures.Bytes - old.Bytes);
            if (!old.IsNeeded)
            {
                gone.Add(old);
            }
        }

        return new(gone, figures, IsComplete: false);
    }
}

/// <param name="Gone">What goes, the oldest first.</param>
/// <param name="Left">What the kind has afterwards, but for what was passed over.</param>
/// <param name="IsComplete">Nothing that follows goes.</param>
internal sealed record Pruning(IReadOnlyList<OldEvent> Gone, KindFigures Left, bool IsComplete);
