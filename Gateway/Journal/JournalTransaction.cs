using System.Diagnostics;

namespace Gateway.Journal;

/// <summary>
/// The write side of the journal inside one batch: what a module reads to decide and appends to effect. Everything done here is committed
/// together or not at all. Used only by the writer loop; work that runs here may run again, so it changes nothing outside.
/// </summary>
internal sealed class JournalTransaction(IJournalRows rows, ChannelHeads heads, DateTimeOffset now, IReadOnlyList<IProjection> projections)
{
    private readonly List<StoredEvent> _appended = [];

    /// <summary>One now for the whole transaction, in whole milliseconds.</summary>
    public DateTimeOffset Now { get; } = now;

    public IReadOnlyList<StoredEvent> Appended => _appended;

    public IDocuments Documents => rows;

    /// <summary>An id above all that were made before it.</summary>
    public string NewId() => heads.NextId(Now);

    public TState? State<TState>(ChannelName channel)
        where TState : class => (TState?)heads.Find(channel, rows)?.State;

    public long Seq(ChannelName channel) => heads.Find(channel, rows)?.Seq ?? 0;

    public StoredEvent Append(ChannelName channel, EventDraft draft)
    {
        var head = heads.FindOrAdd(channel, rows);
        var at = draft.At ?? Now;
        var stored = new StoredEvent(channel, head.Seq + 1, heads.NextPosition(), draft.Type, at, draft.Data) { AppendedAt = Stopwatch.GetTimestamp() };
        rows.InsertEvent(head.Id, stored);
        heads.Advance(head, stored);
        _appended.Add(stored);
        foreach (var projection in projections)
        {
            projection.Appended(this, stored);
        }

        return stored;
    }

    /// <summary>The channel's state names them otherwise from now on; its events are renamed elsewhere.</summary>
    public void Rename(ChannelName channel, Renaming who) =>
        heads.Rewrite(channel, rows, state => who.In(state, isOfRoom: channel.Kind == Renaming.Rooms));

    /// <summary>
    /// What is to be known no more is taken out of an event; its place, type and time stay. Only of what no fold reads: states are not made anew.
    /// </summary>
    public void Rewrite(long position, ReadOnlyMemory<byte> data) => rows.RewriteEvent(position, data);

    /// <summary>Of the newest event.</summary>
    public long Position => heads.Position;

    /// <summary>The first answer to this key, whenever it was given; keys are for ever.</summary>
    public SeenKey? Seen(string scope, string key) => rows.FindKey(scope, key);

    /// <param name="position">Of the event that the key stands for; 0 when it made none.</param>
    /// <param name="fingerprint">What a repeat must agree with.</param>
    public void Remember(string scope, string key, long position, string fingerprint) => rows.InsertKey(scope, key, new(position, fingerprint));
}

internal sealed record SeenKey(long Position, string Fingerprint);

/// <summary>Small keyed JSON records that move in the same transaction as events: secrets' hashes, leases, held steps, quarantine.</summary>
internal interface IDocuments
{
    byte[]? Find(string collection, string key);

    void Put(string collection, string key, ReadOnlyMemory<byte> body);

    void Remove(string collection, string key);
}

/// <summary>The rows beneath a transaction, whatever database keeps them.</summary>
internal interface IJournalRows : IDocuments
{
    HeadRow? FindHead(ChannelName channel);

    long InsertHead(ChannelName channel);

    void UpdateHead(long id, long seq, long position, ReadOnlyMemory<byte> state);

    /// <summary>The same where the state is not what its events make of it: it has to survive a crash as it is.</summary>
    void RewriteHead(long id, long seq, long position, ReadOnlyMemory<byte> state);

    void InsertEvent(long channelId, StoredEvent stored);

    void RewriteEvent(long position, ReadOnlyMemory<byte> data);

    /// <summary>What the head's row does not know of: nothing, but after a crash or a batch that was undone.</summary>
    IReadOnlyList<StoredEvent> EventsAfter(long channelId, ChannelName channel, long seq);

    SeenKey? FindKey(string scope, string key);

    void InsertKey(string scope, string key, SeenKey seen);
}

internal sealed record HeadRow(long Id, long Seq, long Position, ReadOnlyMemory<byte> State);
