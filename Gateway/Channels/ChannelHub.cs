using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>
/// The live side of the journal: hands each committed event to the subscriptions that have caught up, over whatever transport they reach their page.
/// Fan-out is by index, and a stream is in the index only while somebody is subscribed to it.
/// </summary>
internal sealed class ChannelHub : ICommitListener
{
    private readonly Lock _lock = new();

    // Owned by _lock, and with it LiveStream.Members.
    private readonly Dictionary<StreamName, LiveStream> _streams = [];

    // Owned by the journal's writer, which calls Committed one batch after the other.
    private readonly List<Subscription> _woken = [];

    public int Streams
    {
        get
        {
            lock (_lock)
            {
                return _streams.Count;
            }
        }
    }

    public int Subscriptions
    {
        get
        {
            lock (_lock)
            {
                return _streams.Values.Sum(stream => stream.Members);
            }
        }
    }

    public void Committed(IReadOnlyList<StoredEvent> events)
    {
        foreach (var stored in events)
        {
            Find(StreamName.Of(stored.Channel))?.Announce(stored, _woken);
            Find(StreamName.FeedOf(stored.Channel.Kind))?.Announce(stored, _woken);
        }

        foreach (var subscription in _woken)
        {
            subscription.Wake();
        }

        _woken.Clear();
    }

    /// <summary>
    /// From here on every event that is committed reaches the stream. One that was announced before is in whatever is read from the journal
    /// afterwards: so a reader joins first and reads then, and nothing falls between.
    /// </summary>
    public LiveStream Join(StreamName name)
    {
        lock (_lock)
        {
            if (!_streams.TryGetValue(name, out var stream))
            {
                _streams.Add(name, stream = new(name));
            }

            stream.Members++;
            return stream;
        }
    }

    public void Leave(LiveStream stream)
    {
        lock (_lock)
        {
            if (--stream.Members == 0)
            {
                _streams.Remove(stream.Name);
            }
        }
    }

    private LiveStream? Find(StreamName name)
    {
        lock (_lock)
        {
            return _streams.GetValueOrDefault(name);
        }
    }
}

/// <summary>A stream that somebody is subscribed to: how far it has been announced, and who is live on it.</summary>
internal sealed class LiveStream(StreamName name)
{
    // Owned by Gate.
    private readonly HashSet<Subscription> _live = [];

    public StreamName Name { get; } = name;

    /// <summary>The channel's lock: held for moments, never across a read, a write or a call to anybody outside this folder.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The newest cursor that was announced since somebody joined; 0 when none was. Owned by Gate.</summary>
    public long Top { get; private set; }

    /// <summary>Owned by the hub's lock.</summary>
    public int Members { get; set; }

    public int Live
    {
        get
        {
            lock (Gate)
            {
                return _live.Count;
            }
        }
    }

    public void Announce(StoredEvent stored, List<Subscription> woken)
    {
        lock (Gate)
        {
            Top = Name.CursorOf(stored);
            List<Subscription>? full = null;
            foreach (var subscription in _live)
            {
                switch (subscription.Offer(stored, Top))
                {
                    case Offered.Woke:
                        woken.Add(subscription);
                        break;
                    case Offered.Full:
                        (full ??= []).Add(subscription);
                        break;
                }
            }

            full?.ForEach(subscription => _live.Remove(subscription));
        }
    }

    /// <summary>Called under Gate.</summary>
    public void Add(Subscription subscription) => _live.Add(subscription);

    /// <summary>Called under Gate.</summary>
    public void Remove(Subscription subscription) => _live.Remove(subscription);
}
