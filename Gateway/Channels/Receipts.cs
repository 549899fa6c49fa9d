using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>
/// What each subscriber of a stream was sent, has acknowledged and has read, as ranges with times and not a row per frame. In memory and bounded: the
/// streams, and the subscribers of one, that were heard of longest ago make room, but nobody who is connected. Of kinds that keep them, on disk as well,
/// and read back when they are asked for.
/// </summary>
internal sealed class Receipts(IReceiptStore store, IEnumerable<IChannelKind> kinds, TimeProvider time)
{
    private const int MaxStreams = 4_096;
    private const int MaxSubscribers = 256;

    // All that is on disk of a stream is in memory while the stream is.
    private const int MaxKeptSubscribers = 4_096;

    private readonly HashSet<string> _kept = [.. kinds.Where(kind => kind.KeepsReceipts).Select(kind => kind.Name)];
    private readonly Lock _lock = new();

    // Owned by _lock.
    private readonly Remembered<StreamName, Subscribers> _streams = new(MaxStreams, subscribers => subscribers.IsAnyOpen);

    /// <summary>The line of a subscriber, made when it is new; the same one over its reconnects.</summary>
    public async ValueTask<ReceiptLine> LineAsync(StreamName name, string subscriber, string? user, CancellationToken cancellation)
    {
        await LoadAsync(name, cancellation);
        lock (_lock)
        {
            return Find(name).FindOrAdd(subscriber, user);
        }
    }

    /// <summary>What is known of everyone who follows or followed the stream, in the order in which they came.</summary>
    public async ValueTask<IReadOnlyList<ReceiptLine>> OfAsync(StreamName name, CancellationToken cancellation)
    {
        await LoadAsync(name, cancellation);
        return Of(name);
    }

    /// <summary>The same, and behind them an empty line for each of those named who never came, as if they were about to ask over HTTP.</summary>
    public async ValueTask<IReadOnlyList<ReceiptLine>> OfAsync(StreamName name, IEnumerable<string> named, CancellationToken cancellation)
    {
        var lines = await OfAsync(name, cancellation);
        return [.. lines, .. named.Except(lines.Select(line => line.User)).Select(user => new ReceiptLine(SubscriberOf(user!), user, time, disk: null))];
    }

    /// <summary>The line of who asks over HTTP without a name of their own for their page.</summary>
    public static string SubscriberOf(string user) => ReceiptKey.OverHttp(user);

    /// <summary>Somebody is called otherwise from now on, in what was noted of them too; what is on disk already is not this one's.</summary>
    public void Rename(string user, string alias)
    {
        lock (_lock)
        {
            foreach (var subscribers in _streams.All())
            {
                subscribers.Rename(user, alias);
            }
        }

        store.Rename(user, alias);
    }

    /// <summary>The same without what only the disk knows.</summary>
    public IReadOnlyList<ReceiptLine> Of(StreamName name)
    {
        lock (_lock)
        {
            return _streams.TryFind(name, out var subscribers) ? subscribers.All() : [];
        }
    }

    private async ValueTask LoadAsync(StreamName name, CancellationToken cancellation)
    {
        if (name.IsFeed || !_kept.Contains(name.Kind))
        {
            return;
        }

        lock (_lock)
        {
            if (_streams.TryFind(name, out _))
            {
                return;
            }
        }

        var kept = await store.OfAsync(name.Channel, cancellation);
        lock (_lock)
        {
            // Whoever asked at the same time may have been first.
            if (_streams.TryFind(name, out _))
            {
                return;
            }

            var subscribers = Find(name);
            foreach (var line in kept.GroupBy(range => (range.Line.Subscriber, range.Line.User)))
            {
                subscribers.FindOrAdd(line.Key.Subscriber, line.Key.User).Restore(line);
            }
        }
    }

    /// <summary>Called under _lock.</summary>
    private Subscribers Find(StreamName name)
    {
        if (_streams.TryFind(name, out var subscribers))
        {
            return subscribers;
        }

        var keep = !name.IsFeed && _kept.Contains(name.Kind);
        ReceiptLine Make(string subscriber, string? user) => new(subscriber, user, time, keep ? new(store, name.Channel) : null);
        return _streams.Add(name, new(Make, keep ? MaxKeptSubscribers : MaxSubscribers));
    }

    private sealed class Subscribers(Func<string, string?, ReceiptLine> make, int most)
    {
        // The user is part of the key: nobody acknowledges in another's name by calling itself the same.
        private readonly Remembered<(string Subscriber, string? User), ReceiptLine> _lines = new(most, line => line.IsOpen);

        public bool IsAnyOpen => _lines.Any(line => line.IsOpen);

        public ReceiptLine FindOrAdd(string subscriber, string? user)
        {
            var key = (subscriber, user);
            return _lines.TryFind(key, out var line) ? line : _lines.Add(key, make(subscriber, user));
        }

        public List<ReceiptLine> All() => _lines.All();

        public void Rename(string user, string alias)
        {
            foreach (var line in All().Where(line => line.User == user))
            {
                var before = line.Subscriber;
                line.Rename(alias);
                _lines.Move((before, user), (line.Subscriber, alias));
            }
        }
    }
}
