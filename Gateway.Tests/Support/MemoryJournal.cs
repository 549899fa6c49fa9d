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
    private readonly Dictionary<ChannelName, List<StoredEvent>> _channels = [];
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
            if (!_channels.TryGetValue(channel, out var own))
            {
                _channels.Add(channel, own = []);
            }

            var seq = own.Count + 1;
            var stored = new StoredEvent(channel, seq, _events.Count + 1, "progress", DateTimeOffset.UnixEpoch, data)
            {
                AppendedAt = System.Diagnostics.Stopwatch.GetTimestamp(),
            };
            _events.Add(stored);
            own.Add(stored);
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

    public ValueTask<JournalPage> ReadAsync(ChannelName channel, long after, int limit, CancellationToken cancellation) =>
        Read(() => _channels.GetValueOrDefault(channel, []), after, _ => true, limit);

    public ValueTask<JournalPage> ReadFeedAsync(string kind, long after, int limit, CancellationToken cancellation) =>
        Read(() => _events, after, stored => stored.Channel.Kind == kind, limit);

    public ValueTask<FeedSnapshot> ListAsync(string kind, long? before, int limit, CancellationToken cancellation)
    {
        FeedSnapshot snapshot;
        lock (_lock)
        {
            var channels = _channels.Keys.Where(channel => channel.Kind == kind).Reverse();
            snapshot = new(_events.Count, Oldest, [.. channels.Take(limit).Select(channel => Snapshot(channel)!)], Next: null);
        }

        AfterSnapshot?.Invoke();
        return ValueTask.FromResult(snapshot);
    }

    private ChannelSnapshot? Snapshot(ChannelName channel)
    {
        var seq = _channels.GetValueOrDefault(channel, []).Count;
        return seq == 0 ? null : new(channel, seq, Oldest, System.Text.Encoding.UTF8.GetBytes($"{{\"n\":{seq}}}"));
    }

    // The n-th of a list has cursor n + 1.
    private ValueTask<JournalPage> Read(Func<List<StoredEvent>> list, long after, Func<StoredEvent, bool> wanted, int limit)
    {
        BeforeRead?.Invoke();
        List<StoredEvent> page = [];
        long oldest;
        lock (_lock)
        {
            Reads++;
            var all = list();
            oldest = Oldest;
            for (var i = (int)Math.Min(Math.Max(after, oldest - 1), all.Count); i < all.Count && page.Count < limit; i++)
            {
                if (wanted(all[i]))
                {
                    page.Add(all[i]);
                }
            }
        }

        AfterRead?.Invoke();
        return ValueTask.FromResult(new JournalPage(page, oldest));
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
