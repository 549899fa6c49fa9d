using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.CheckIns;

/// <summary>Checks out whoever is still inside when their site has closed, at the closing time and marked as such. One loop, once a minute.</summary>
internal sealed class CheckInClock(
    IJournal journal, CheckInDesk desk, CheckInsOptions options, TimeProvider time, ILogger<CheckInClock> log) : IAsyncDisposable
{
    private const int SitesOfAPage = 100;

    // What a scanner kept back while it was away comes within this of its reconnecting, so that few are closed that did check out.
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private PeriodicWork? _closing;

    public void Start() => _closing = new(Period, time, LookAsync);

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
        var calendar = options.CalendarOf(state.Site);
        var now = time.GetUtcNow();
        var due = state.Present.Where(person => calendar.ClosingAfter(person.Since) <= now).ToList();
        if (due.Count == 0)
        {
            return;
        }

        await journal.WriteAsync(transaction =>
        {
            // As it is now: some may have left since the list was read.
            var present = transaction.State<SiteState>(CheckInDesk.ChannelOf(state.Site))!.Present;
            foreach (var person in due.Where(person => present.Any(still => still.Person == person.Person && still.Since == person.Since)))
            {
                var mark = new Mark(calendar.ClosingAfter(person.Since)!.Value, Seq: 0, Direction.Out, Device: null, person.Location, Closed: true);
                desk.Take(transaction, new(state.Site, person.Person, mark, IsGuarded: false));
            }

            return true;
        });
        CheckInLog.Closed(log, state.Site, now, due.Count);
    }
}
