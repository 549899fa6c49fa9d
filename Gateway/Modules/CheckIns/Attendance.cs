using System.Runtime.CompilerServices;
using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

/// <param name="From">Local day of the first stays; null is all that are kept.</param>
/// <param name="To">Local day of the last stays.</param>
internal sealed record AttendanceQuery(string? Site, string? Person, DateOnly? From, DateOnly? To)
{
    /// <summary>Whether fingers that nobody has are told as well.</summary>
    public bool Unknown { get; init; } = true;

    public bool Wants(string site, string? person, DateOnly date) =>
        (Site is null || Site == site) && (Person is null || Person == person) && !(date < From) && !(date > To);
}

/// <summary>
/// Who was where from when to when, read from the events themselves: all sites side by side in the order of time, so that who is at two at once is seen,
/// with no more of it in memory than the days for which something may still come.
/// </summary>
internal sealed class Attendance(IJournal journal, Timetables times)
{
    private const int SitesOfAPage = 100;

    // Whatever zone a site is in.
    private static readonly TimeSpan AnyZone = TimeSpan.FromDays(1);

    public async IAsyncEnumerable<AttendedStay> ReadAsync(AttendanceQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var stays = new RunningStays(query, times);
        var end = Midnight(query.To) + AnyZone + AnyZone;
        await foreach (var passage in InOrderAsync(await SitesAsync(cancellation), Midnight(query.From) - AnyZone, cancellation))
        {
            if (passage.At > end && stays.AreComplete)
            {
                yield break;
            }

            if ((passage.Person is null ? query.Unknown : query.Person is null || query.Person == passage.Person) && stays.Take(passage) is { } ended)
            {
                yield return ended;
            }
        }

        foreach (var stay in stays.GoingOn())
        {
            yield return stay;
        }
    }

    private static DateTimeOffset? Midnight(DateOnly? day) => day is { } date ? new(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : null;

    private async Task<List<ChannelSnapshot>> SitesAsync(CancellationToken cancellation)
    {
        var sites = new List<ChannelSnapshot>();
        long? before = null;
        do
        {
            var page = await journal.ListAsync(CheckInDesk.Kind, before, SitesOfAPage, cancellation);
            sites.AddRange(page.Items);
            before = page.Next;
        }
        while (before is not null);
        return sites;
    }

    private async IAsyncEnumerable<FinalPassage> InOrderAsync(
        List<ChannelSnapshot> sites, DateTimeOffset? from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var readers = new List<IAsyncEnumerator<FinalPassage>>();
        try
        {
            var next = new PriorityQueue<IAsyncEnumerator<FinalPassage>, (DateTimeOffset, bool, bool, bool, long)>();
            foreach (var site in sites)
            {
                var reader = new SitePassages(journal, site, times.Of(site.Channel.Id)).ReadAsync(from, cancellation).GetAsyncEnumerator(cancellation);
                readers.Add(reader);
                if (await reader.MoveNextAsync())
                {
                    next.Enqueue(reader, reader.Current.Place);
                }
            }

            while (next.TryDequeue(out var reader, out _))
            {
                yield return reader.Current;
                if (await reader.MoveNextAsync())
                {
                    next.Enqueue(reader, reader.Current.Place);
                }
            }
        }
        finally
        {
            foreach (var reader in readers)
            {
                await reader.DisposeAsync();
            }
        }
    }
}
