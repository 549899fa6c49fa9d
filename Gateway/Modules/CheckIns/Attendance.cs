using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

/// <summary>One stay of one person; times are those of the site's zone.</summary>
/// <param name="Out">Null while it goes on.</param>
internal sealed record AttendedStay(
    string Site,
    string Person,
    DateOnly Date,
    string In,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Out,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Minutes,
    bool? Closed);

/// <param name="From">Local day of the first stays; null is all that are kept.</param>
/// <param name="To">Local day of the last stays.</param>
internal sealed record AttendanceQuery(string? Site, string? Person, DateOnly? From, DateOnly? To);

/// <summary>
/// Who was where from when to when, read from the events themselves: site by site, in the order of days, with no more of it in memory than the days for
/// which something may still come.
/// </summary>
internal sealed class Attendance(IJournal journal, CheckInsOptions options)
{
    private const int Page = 1000;
    private const int SitesOfAPage = 100;

    public async IAsyncEnumerable<AttendedStay> ReadAsync(AttendanceQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var site in query.Site is { } one ? [one] : await SitesAsync(cancellation))
        {
            await foreach (var stay in ReadSiteAsync(site, query, cancellation))
            {
                yield return stay;
            }
        }
    }

    private async Task<IReadOnlyList<string>> SitesAsync(CancellationToken cancellation)
    {
        var sites = new List<string>();
        long? before = null;
        do
        {
            var page = await journal.ListAsync(CheckInDesk.Kind, before, SitesOfAPage, cancellation);
            sites.AddRange(page.Items.Select(item => item.Channel.Id));
            before = page.Next;
        }
        while (before is not null);
        return [.. sites.Order(StringComparer.Ordinal)];
    }

    private async IAsyncEnumerable<AttendedStay> ReadSiteAsync(
        string site, AttendanceQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!ChannelName.TryParse($"{CheckInDesk.Kind}/{site}", out var channel) || await journal.SnapshotAsync(channel, cancellation) is not { } snapshot)
        {
            yield break;
        }

        var visits = new Visits(site, query, options.CalendarOf(site));
        var after = visits.Begin is { } begin ? await StartAsync(snapshot, begin, cancellation) : snapshot.OldestSeq - 1;
        while (!visits.IsComplete && after < snapshot.Seq
            && await journal.ReadAsync(channel, after, (int)Math.Min(Page, snapshot.Seq - after), cancellation) is { Count: > 0 } events)
        {
            after = events[^1].Seq;
            foreach (var stay in visits.Take(events))
            {
                yield return stay;
            }
        }

        foreach (var stay in visits.Rest())
        {
            yield return stay;
        }
    }

    /// <summary>By halves: the last seq before which nothing arrived at the given moment or later.</summary>
    private async Task<long> StartAsync(ChannelSnapshot snapshot, DateTimeOffset begin, CancellationToken cancellation)
    {
        var (known, beyond) = (snapshot.OldestSeq - 1, snapshot.Seq + 1);
        while (beyond - known > 1)
        {
            var middle = known + ((beyond - known) / 2);
            var isBefore = await journal.ReadAsync(snapshot.Channel, middle - 1, 1, cancellation) is [var stored] && Visits.LatestArrival(stored) < begin;
            (known, beyond) = isBefore ? (middle, beyond) : (known, middle);
        }

        return known;
    }
}
