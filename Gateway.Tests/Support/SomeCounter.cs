using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Tests.Support;

/// <summary>The smallest channel there is: "add" events and their sum.</summary>
internal sealed record Counter(long Sum, int Events);

internal sealed class CountingKind() : ChannelKind<Counter>("counters")
{
    /// <summary>A counter that is in debt has not ended.</summary>
    public override bool NeedsHistory(Counter state) => state.Sum < 0;

    public override Counter Fold(Counter? state, StoredEvent next) =>
        new((state?.Sum ?? 0) + next.Read<SomeCounter.Added>().By, (state?.Events ?? 0) + 1);
}

internal static class SomeCounter
{
    public static ChannelName Channel(string id = "one") => ChannelName.Of("counters", id);

    public static EventDraft Add(long by) => EventDraft.Of("add", new Added(by));

    public static Task<StoredEvent> AddAsync(this IJournal journal, long by, string id = "one") =>
        journal.WriteAsync(transaction => transaction.Append(Channel(id), Add(by)));

    public static async Task<Counter> CounterAsync(this IJournal journal, string id = "one") =>
        ContractJson.Read<Counter>((await journal.SnapshotAsync(Channel(id), CancellationToken.None))!.State.Span);

    public static async Task<IReadOnlyList<StoredEvent>> EventsAsync(this IJournal journal, string id = "one") =>
        await journal.ReadAsync(Channel(id), after: 0, limit: 100_000, CancellationToken.None);

    internal sealed record Added(long By);
}
