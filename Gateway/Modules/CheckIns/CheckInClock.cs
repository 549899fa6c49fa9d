using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

/// <summary>Checks out whoever is still inside when their site has closed, at the closing time and marked as such. One loop, once a minute.</summary>
internal sealed class CheckInClock(
    IJournal journal, CheckInDesk desk, Timetables times, TimeProvider time, ILogger<CheckInClock> log) : IAsyncDisposable
{
    private const int SitesOfAPage = 100;

    // Scans that come at the same moment wait for no more than these.
    private const int PeopleOfAWrite = 50;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private PeriodicWork? _closing;

    /// <summary>What came due while the service was away is closed before anybody asks.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await LookAsync(cancellation);
        _closing = new(Period, time, LookAsync);
    }

    public ValueTask DisposeAsync() => _closing?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>All that is due at this moment, however long the service was away.</summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        long? before = null;
        do
        {
            var page = await journal.ListAsync(CheckInDesk.Kind, before, SitesOfAPage, cancellation);
            foreach (var item in page.Items)
            {
                await CloseSiteAsync(ContractJson.Read<SiteState>(item.State.Span));
            }

            before = page.Next;
        }
        while (before is not null);
    }

    private async Task LookAsync(CancellationToken stop)
    {
        try
        {
            await CloseAsync(stop);
        }
        catch (JournalUnavailableException failure)
        {
            CheckInLog.NotClosed(log, failure);
        }
    }

    private async Task CloseSiteAsync(SiteState state)
    {
        var hours = times.Of(state.Site);
        var now = time.GetUtcNow();
        var due = state.Present.Where(person => hours.ClosingAfter(person.Since) <= now).Select(person => person.Person).ToList();
        foreach (var people in due.Chunk(PeopleOfAWrite))
        {
            var closed = await journal.WriteAsync(transaction => people.Count(person => desk.Settle(transaction, state.Site, person) is not null));
            if (closed > 0)
            {
                CheckInLog.Closed(log, state.Site, now, closed);
            }
        }
    }
}
