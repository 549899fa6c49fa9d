using Gateway.Broker;
using Gateway.Journal;
using Gateway.Storage;

namespace Gateway.Tests.Journal.Histories;

/// <summary>What is on a disk: rows of the journal, copied whole where SQLite would keep pages.</summary>
internal sealed class DiskRows : IJournalRows, IRetentionRows
{
    private readonly Dictionary<ChannelName, HeadRow> _heads = [];
    private readonly Dictionary<(string, string), SeenKey> _keys = [];
    private readonly Dictionary<(string, string), byte[]> _documents = [];

    private readonly Dictionary<long, long> _oldest = [];

    /// <summary>All that was ever appended; readers see those that are kept.</summary>
    public List<StoredEvent> Events { get; } = [];

    /// <summary>Where the history of the feed begins.</summary>
    public long Floor { get; private set; } = 1;

    public long Oldest(ChannelName channel) => _heads.TryGetValue(channel, out var head) ? _oldest.GetValueOrDefault(head.Id, 1) : 1;

    public bool IsKept(StoredEvent stored) => stored.Seq >= Oldest(stored.Channel);

    public void Prune(long channelId, long throughSeq) => _oldest[channelId] = Math.Max(_oldest.GetValueOrDefault(channelId, 1), throughSeq + 1);

    public void RaiseFloor(string kind, long position) => Floor = Math.Max(Floor, position);

    public void RewriteEvent(long position, ReadOnlyMemory<byte> data) => throw new NotSupportedException();

    public void RewriteMessage(long id, ReadOnlyMemory<byte> payload) => throw new NotSupportedException();

    public void RenameSpeaker(ChannelName room, string user, string alias) => throw new NotSupportedException();

    public void RenameFollower(ChannelName channel, string user, string alias) => throw new NotSupportedException();

    public void WipeLog() => throw new NotSupportedException();

    public DiskRows Copy()
    {
        var copy = new DiskRows { Floor = Floor };
        foreach (var (channel, oldest) in _oldest)
        {
            copy._oldest.Add(channel, oldest);
        }

        foreach (var (channel, head) in _heads)
        {
            copy._heads.Add(channel, head);
        }

        foreach (var (key, seen) in _keys)
        {
            copy._keys.Add(key, seen);
        }

        foreach (var (key, body) in _documents)
        {
            copy._documents.Add(key, body);
        }

        copy.Events.AddRange(Events);
        return copy;
    }

    public HeadRow? FindHead(ChannelName channel) => _heads.GetValueOrDefault(channel);

    public long InsertHead(ChannelName channel)
    {
        _heads[channel] = new(_heads.Count + 1, 0, 0, default);
        return _heads.Count;
    }

    public void UpdateHead(long id, long seq, long position, ReadOnlyMemory<byte> state)
    {
        var channel = _heads.Single(head => head.Value.Id == id).Key;
        _heads[channel] = new(id, seq, position, state);
    }

    public void RewriteHead(long id, long seq, long position, ReadOnlyMemory<byte> state) => UpdateHead(id, seq, position, state);

    public void InsertEvent(long channelId, StoredEvent stored) => Events.Add(stored);

    public IReadOnlyList<StoredEvent> EventsAfter(long channelId, ChannelName channel, long seq) =>
        [.. Events.Where(stored => stored.Channel == channel && stored.Seq > seq)];

    public SeenKey? FindKey(string scope, string key) => _keys.GetValueOrDefault((scope, key));

    public void InsertKey(string scope, string key, SeenKey seen) => _keys.Add((scope, key), seen);

    public byte[]? Find(string collection, string key) => _documents.GetValueOrDefault((collection, key));

    public void Put(string collection, string key, ReadOnlyMemory<byte> body) => _documents[(collection, key)] = body.ToArray();

    public void Remove(string collection, string key) => _documents.Remove((collection, key));
}

/// <summary>
/// A disk whose fate is drawn: a commit succeeds, fails, or is the moment of a crash, before or after it reached the disk. What was promised survives
/// a crash, what was not does not; readers see what was settled.
/// </summary>
internal sealed class SimulatedDisk(Random fate, TimeProvider time, DiskRows promised, bool isLying) : IWriteSession, IStoreReader
{
    private readonly ChannelHeads _heads = new([new CountingKind()], promised.Events.Count == 0 ? 0 : promised.Events[^1].Position);
    private DiskRows _promised = promised;
    private DiskRows _shown = promised.Copy();
    private DiskRows? _batch;

    public string Epoch => "e1";

    /// <summary>A machine that is well from here on.</summary>
    public bool IsWell { get; set; }

    public bool HasCrashed { get; private set; }

    public int Unsettled { get; private set; }

    public bool IsSettlingDue => false;

    /// <summary>What the next start finds.</summary>
    public DiskRows Promised => isLying ? _shown : _promised;

    public StoreTransaction Begin()
    {
        _batch = _promised.Copy();
        return new(new JournalTransaction(_batch, _heads, time.GetUtcNow(), []), NoBroker.Instance, NoBroker.Instance, _batch);
    }

    public void Commit()
    {
        var drawn = IsWell ? 0 : fate.Next(100);
        HasCrashed = drawn >= 96;
        if (drawn is >= 85 and < 98)
        {
            throw new StoreException("io_error", HasCrashed ? "the machine is gone" : "the disk failed", cause: null);
        }

        _heads.Flush(_batch!);
        _promised = _batch!;
        _heads.Committed();
        _heads.Settled();
        Unsettled++;
        if (HasCrashed)
        {
            throw new StoreException("io_error", "the machine is gone after the sync", cause: null);
        }
    }

    public void Rollback() => _heads.RolledBack();

    public void Settle()
    {
        if (!IsWell && fate.Next(100) < 5)
        {
            throw new StoreException("disk_full", "the disk is full", cause: null);
        }

        _shown = _promised.Copy();
        Unsettled = 0;
    }

    public ValueTask<ChannelSnapshot?> SnapshotAsync(ChannelName channel, CancellationToken cancellation) => ValueTask.FromResult(
        _shown.FindHead(channel) is { Seq: > 0 } head ? new ChannelSnapshot(channel, head.Seq, _shown.Oldest(channel), head.State) : null);

    public ValueTask<JournalPage> ReadAsync(ChannelName channel, long after, int limit, CancellationToken cancellation) =>
        Page(stored => stored.Channel == channel && stored.Seq > after, limit, _shown.Oldest(channel));

    public ValueTask<JournalPage> ReadFeedAsync(string kind, long after, int limit, CancellationToken cancellation) =>
        Page(stored => stored.Position > after, limit, _shown.Floor);

    public ValueTask<FeedSnapshot> ListAsync(string kind, long? before, int limit, CancellationToken cancellation) =>
        ValueTask.FromResult(new FeedSnapshot(_shown.Events.Count == 0 ? 0 : _shown.Events[^1].Position, _shown.Floor, [], Next: null));

    public IReadOnlyList<KeyValuePair<string, byte[]>> Documents(string collection) => [];

    public IReadOnlyList<KeyValuePair<string, byte[]>> Documents(string collection, string? before, int limit) => [];

    public byte[]? Document(string collection, string key) => null;

    public void Dispose() => _batch = null;

    private ValueTask<JournalPage> Page(Func<StoredEvent, bool> wanted, int limit, long oldest) =>
        ValueTask.FromResult(new JournalPage([.. _shown.Events.Where(_shown.IsKept).Where(wanted).Take(limit)], oldest));
}
