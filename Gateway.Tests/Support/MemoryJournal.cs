using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Tests.Support;

/// <summary>
/// A journal in memory. Storing and announcing are two steps, as with a real one: between them lie the moments in which a subscriber may read.
/// The state of a channel is {"n": its seq}.
/// </summary>
internal sealed class MemoryJournal : IJournalReader
{
    private readonly Lock _lock = new();

    // Owned by _lock.
    private readonly List<StoredEvent> _events = [];
    private readonly Queue<StoredEvent> _unannounced = [];

    // Held while announcing: one writer, in order.
    private readonly Lock _announcing = new();

    public string Epoch { get; init; } = "e1";

    /// <summary>The first event that is still kept, of each channel and of each feed.</summary>
    public long Oldest { get; set; } = 1;

    public ICommitListener? Listener { get; set; }

    /// <summary>Runs before a page is read.</summary>
    public Action? BeforeRead { get; set; }

    /// <summary>Runs when a page was read, before the reader has it.</summary>
    public Action? AfterRead { get; set; }

    /// <summary>Runs when a snapshot was read.</summary>
    public Action? AfterSnapshot { get; set; }

    /// <summary>The newest position.</summary>
    public long Head
    {
        get
        {
            lock (_lock)
            {
                return _events.Count;
            }
        }
    }

    public int Reads { get; private set; }

    public StoredEvent Store(ChannelName channel) => Store(channel, "{}"u8.ToArray());

    public StoredEvent Store(ChannelName channel, byte[] data)
    {
        lock (_lock)
        {
            var seq = _events.Count(stored => stored.Channel == channel) + 1;
            var stored = new StoredEvent(channel, seq, _events.Count + 1, "progress", DateTimeOffset.UnixEpoch, data)
            {
                AppendedAt = System.Diagnostics.Stopwatch.GetTimestamp(),
            };
            _events.Add(stored);
            _unannounced.Enqueue(stored);
            return stored;
        }
    }

    public void Announce()
    {
        lock (_announcing)
        {
            var batch = new List<StoredEvent>();
            lock (_lock)
            {
                batch.AddRange(_unannounced);
                _unannounced.Clear();
            }

            Listener?.Committed(batch);
        }
    }

    public void Append(ChannelName channel, int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            Store(channel);
            Announce();
        }
    }

    public void AppendLarge(ChannelName channel, int bytes)
    {
        Store(channel, System.Text.Encoding.UTF8.GetBytes($"{{\"x\":\"{new string('x', bytes)}\"}}"));
        Announce();
    }

    public ValueTask<ChannelSnapshot?> SnapshotAsync(ChannelName channel, CancellationToken cancellation)
    {
        ChannelSnapshot? snapshot;
        lock (_lock)
        {
            snapshot = Snapshot(channel);
        }

        AfterSnapshot?.Invoke();
        return ValueTask.FromResult(snapshot);
    }

    public ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(ChannelName channel, long after, int limit, CancellationToken cancellation) =>
        Read(stored => stored.Channel == channel && stored.Seq > after, limit);

    public ValueTask<IReadOnlyList<StoredEvent>> ReadFeedAsync(string kind, long after, int limit, CancellationToken cancellation) =>
        Read(stored => stored.Channel.Kind == kind && stored.Position > after, limit);

    public ValueTask<FeedSnapshot> ListAsync(string kind, long? before, int limit, CancellationToken cancellation)
    {
        FeedSnapshot snapshot;
        lock (_lock)
        {
            var channels = _events.Select(stored => stored.Channel).Where(channel => channel.Kind == kind).Distinct().Reverse();
            snapshot = new(_events.Count, Oldest, [.. channels.Take(limit).Select(channel => Snapshot(channel)!)], Next: null);
        }

        AfterSnapshot?.Invoke();
        return ValueTask.FromResult(snapshot);
    }

    private ChannelSnapshot? Snapshot(ChannelName channel)
    {
        var seq = _events.Count(stored => stored.Channel == channel);
        return seq == 0 ? null : new(channel, seq, Oldest, System.Text.Encoding.UTF8.GetBytes($"{{\"n\":{seq}}}"));
    }

    private ValueTask<IReadOnlyList<StoredEvent>> Read(Func<StoredEvent, bool> wanted, int limit)
    {
        BeforeRead?.Invoke();
        IReadOnlyList<StoredEvent> page;
        lock (_lock)
        {
            Reads++;
            page = [.. _events.Where(wanted).Take(limit)];
        }

        AfterRead?.Invoke();
        return ValueTask.FromResult(page);
    }
}

/// <summary>A kind that only has a name: what a test of the live side needs of a module.</summary>
internal sealed class NamedKind(string name) : IChannelKind
{
    public string Name => name;

    public object Fold(object? state, StoredEvent next) => next.Seq;

    public byte[] Write(object state) => ContractJson.Write(state);

    public object Read(ReadOnlySpan<byte> json) => ContractJson.Read<long>(json);
}
