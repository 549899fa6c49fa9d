using System.Text.Json.Serialization;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

internal sealed record SiteStats(int Inside, int Today, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? AverageMinutes);

/// <param name="Twice">Who is inside at several sites at once; in <see cref="Inside"/> they are one.</param>
internal sealed record AllStats(
    int Inside,
    int Today,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? AverageMinutes,
    IReadOnlyDictionary<string, SiteStats> Sites,
    IReadOnlyList<SeenTwice> Twice);

internal sealed record SeenTwice(string Person, IReadOnlyList<string> Sites);

/// <summary>The figures of this moment: the folds of the sites, read at the local day of each.</summary>
internal sealed class CheckInStats(IJournal journal, Timetables times, TimeProvider time)
{
    private const int SitesOfAPage = 100;

    public async Task<SiteStats> OfAsync(string site, CancellationToken cancellation) => Of(await FindAsync(site, cancellation));

    /// <summary>A site without check-ins is like one that nobody has entered yet.</summary>
    public async Task<SiteState> FindAsync(string site, CancellationToken cancellation) =>
        ChannelName.TryParse($"{CheckInDesk.Kind}/{site}", out var channel) && await journal.SnapshotAsync(channel, cancellation) is { } snapshot
            ? ContractJson.Read<SiteState>(snapshot.State.Span)
            : new() { Site = site };

    public async Task<AllStats> AllAsync(CancellationToken cancellation)
    {
        var sites = new List<SiteState>();
        long? before = null;
        do
        {
            var page = await journal.ListAsync(CheckInDesk.Kind, before, SitesOfAPage, cancellation);
            sites.AddRange(page.Items.Select(item => ContractJson.Read<SiteState>(item.State.Span)));
            before = page.Next;
        }
        while (before is not null);

        var people = sites.SelectMany(site => site.Present.Select(present => (present.Person, site.Site)))
            .GroupBy(present => present.Person, present => present.Site).ToList();
        var days = sites.ConvertAll(Today);
        var stays = days.Sum(day => day.Stays);
        return new(
            people.Count,
            days.Sum(day => day.In),
            stays == 0 ? null : Math.Round((double)days.Sum(day => day.Minutes) / stays, 1),
            sites.OrderBy(site => site.Site, StringComparer.Ordinal).ToDictionary(site => site.Site, Of),
            [.. people.Where(person => person.Count() > 1).Select(person => new SeenTwice(person.Key, [.. person.Order(StringComparer.Ordinal)]))]);
    }

    private SiteStats Of(SiteState site) => new(site.Inside, Today(site).In, Today(site).AverageMinutes);

    private DayFigures Today(SiteState site) => site.On(times.Of(site.Site).DateOf(time.GetUtcNow()));
}
