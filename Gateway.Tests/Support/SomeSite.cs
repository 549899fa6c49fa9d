using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.CheckIns;

namespace Gateway.Tests.Support;

/// <summary>A site over a real journal, entered and left at times that the test names.</summary>
internal sealed class SomeSite(IJournal journal, CheckInsOptions? options = null)
{
    public const string Site = "main";

    public CheckInsOptions Options { get; } = options ?? new() { TimeZone = "Europe/Berlin" };

    public Timetables Times { get; } = new(options ?? new() { TimeZone = "Europe/Berlin" });

    public CheckInDesk Desk => new(Times);

    public Task<StoredEvent> MarkAsync(
        string person, DateTimeOffset at, Direction ask = Direction.Toggle, bool isGuarded = true, string site = Site) => journal.WriteAsync(transaction =>
        Desk.Take(transaction, new(site, person), new(at, ask, isGuarded, "door-1", "front door")));

    public Task<StoredEvent> EnterAsync(string person, DateTimeOffset at, Direction ask, string site = Site) => journal.WriteAsync(transaction =>
        Desk.Take(transaction, new(site, person) { By = "otto" }, new(at, ask, IsGuarded: false, Device: null, Location: null)));

    /// <summary>Null where it does not count any more.</summary>
    public Task<StoredEvent?> TakeBackAsync(StoredEvent passed) => journal.WriteAsync(transaction =>
        Desk.TakeBack(transaction, new(passed.Channel.Id, passed.Read<CheckInEvents.AnyData>().Person!) { By = "otto" }, passed.Seq));

    public async Task<SiteState> StateAsync(string site = Site) =>
        ContractJson.Read<SiteState>((await journal.SnapshotAsync(CheckInDesk.ChannelOf(site), CancellationToken.None))!.State.Span);

    public async Task<IReadOnlyList<StoredEvent>> EventsAsync(string site = Site) =>
        await journal.ReadAsync(CheckInDesk.ChannelOf(site), after: 0, limit: 100_000, CancellationToken.None);

    /// <summary>The types of all events, with what each corrects.</summary>
    public async Task<IEnumerable<string>> TypesAsync(string site = Site) => (await EventsAsync(site)).Select(stored =>
        stored.Read<CheckInEvents.AnyData>().Corrects is { } corrected ? $"{stored.Type} for {corrected}" : stored.Type);
}
