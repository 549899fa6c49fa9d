using System.Runtime.CompilerServices;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

/// <summary>That somebody came or went, or that a finger was read that nobody has: as it counts in the end.</summary>
/// <param name="Person">Null: nobody knows whose finger it was.</param>
/// <param name="Device">Null where it was entered by hand, or by the site's closing.</param>
internal sealed record FinalPassage(
    string Site, DateTimeOffset At, long Seq, string Type, string? Person, string? Device, int? Slot, bool IsClosing)
{
    /// <summary>By time; in one moment as a ledger has it.</summary>
    public (DateTimeOffset, bool, bool, bool, long) Place => (At, IsClosing, Device is null, Type == CheckInEvents.In, Seq);
}

/// <summary>
/// Reads the events of one site in the order in which they were told, and gives them away in the order of time: each once nothing can come any more
/// that takes its place or goes before it. In memory is no more than what comes within that time.
/// </summary>
internal sealed class SitePassages(IJournal journal, ChannelSnapshot snapshot, Timetable times)
{
    private const int Page = 1000;

    // What is dated by different ways may differ by moments.
    private static readonly TimeSpan Final = PersonLedger.Kept + TimeSpan.FromHours(1);

    // Longer than a stay can be that a closing ends.
    private static readonly TimeSpan DayAndNight = TimeSpan.FromDays(2);

    private readonly string _site = snapshot.Channel.Id;
    private readonly PriorityQueue<FinalPassage, (DateTimeOffset, bool, bool, bool, long)> _waiting = new();
    private readonly HashSet<long> _corrected = [];
    private DateTimeOffset _told = DateTimeOffset.MinValue;

    /// <param name="from">Stays that begin before then need not be whole. Where a site does not close, all of them may go on still.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async IAsyncEnumerable<FinalPassage> ReadAsync(DateTimeOffset? from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var begin = times.AlwaysCloses ? from - DayAndNight : null;
        var after = begin is null ? snapshot.OldestSeq - 1 : await StartAsync(begin.Value, cancellation);
        while (after < snapshot.Seq
            && await journal.ReadAsync(snapshot.Channel, after, (int)Math.Min(Page, snapshot.Seq - after), cancellation) is { Count: > 0 } events)
        {
            after = events[^1].Seq;
            foreach (var stored in events)
            {
                Take(stored, begin);
            }

            foreach (var passage in Given(_told - Final))
            {
                yield return passage;
            }
        }

        foreach (var passage in Given(DateTimeOffset.MaxValue))
        {
            yield return passage;
        }
    }

    private void Take(StoredEvent stored, DateTimeOffset? begin)
    {
        var data = stored.Read<CheckInEvents.AnyData>();
        var arrived = data.Source?.Received ?? stored.At;
        _told = arrived > _told ? arrived : _told;
        if (data.Corrects is { } corrected)
        {
            _corrected.Add(corrected);
        }

        if (data.Late != true && stored.Type != CheckInEvents.Repeat && !(stored.At < begin))
        {
            var passage = new FinalPassage(_site, stored.At, stored.Seq, stored.Type, data.Person, data.Device, data.Slot, data.Closed == true);
            _waiting.Enqueue(passage, passage.Place);
        }
    }

    private IEnumerable<FinalPassage> Given(DateTimeOffset until)
    {
        while (_waiting.TryPeek(out var passage, out _) && passage.At < until)
        {
            _waiting.Dequeue();
            if (!_corrected.Remove(passage.Seq))
            {
                yield return passage;
            }
        }
    }

    /// <summary>By halves: the last seq before which nothing arrived at the given moment or later.</summary>
    private async Task<long> StartAsync(DateTimeOffset begin, CancellationToken cancellation)
    {
        var (known, beyond) = (snapshot.OldestSeq - 1, snapshot.Seq + 1);
        while (beyond - known > 1)
        {
            var middle = known + ((beyond - known) / 2);
            var isBefore = await journal.ReadAsync(snapshot.Channel, middle - 1, 1, cancellation) is [var stored] && LatestArrival(stored) < begin;
            (known, beyond) = isBefore ? (middle, beyond) : (known, middle);
        }

        return known;
    }

    private static DateTimeOffset LatestArrival(StoredEvent stored) =>
        stored.Read<CheckInEvents.AnyData>().Source?.Received ?? stored.At + PersonLedger.Kept;
}
