using System.Collections.Concurrent;
using System.Text;
using Gateway.Broker;

namespace Gateway.Tests.Broker.Support;

/// <summary>A store that can be told to hold its commits back, or to fail them.</summary>
internal sealed class MemoryStore : IBrokerStore, IBrokerWrites
{
    private readonly Lock _lock = new();
    private readonly Lock _data = new();
    private readonly Queue<IBrokerWork> _held = new();
    private volatile bool _isHolding;
    private bool _isRunning;
    private Exception? _failOnce;

    public ConcurrentDictionary<string, RetainedMessage> Retained { get; } = new();

    public ConcurrentDictionary<string, KeptSession> Sessions { get; } = new();

    public ConcurrentDictionary<long, StoredMessage> Messages { get; } = new();

    public int Commits { get; private set; }

    public Exception? Failure { get; set; }

    /// <summary>The next work is not written.</summary>
    public void FailOnce(Exception failure) => _failOnce = failure;

    /// <summary>Called before a page is read; may throw.</summary>
    public Action? ReadFailure { get; set; }

    /// <summary>Called between a work's writing and its completion.</summary>
    public Action<IBrokerWork>? AfterWrite { get; set; }

    public IEnumerable<KeyValuePair<string, RetainedMessage>> LoadRetained() => Retained;

    public void Hold() => _isHolding = true;

    /// <summary>Commits what waits, in order.</summary>
    public void Commit()
    {
        _isHolding = false;
        Drain();
    }

    public int Held
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    public void Submit(IBrokerWork work)
    {
        lock (_lock)
        {
            _held.Enqueue(work);
        }

        Drain();
    }

    // One runs at a time and in order, like the real writer; whoever comes meanwhile leaves its work in the queue.
    private void Drain()
    {
        while (TryTake(out var work))
        {
            Run(work);
            lock (_lock)
            {
                _isRunning = false;
            }
        }
    }

    private bool TryTake(out IBrokerWork work)
    {
        lock (_lock)
        {
            work = null!;
            return !_isHolding && !_isRunning && _held.TryDequeue(out work!) && (_isRunning = true);
        }
    }

    public IEnumerable<StoredSession> LoadSessions()
    {
        foreach (var session in Sessions.Values)
        {
            var owed = session.Owed.Values.Select(Owed).ToList();
            yield return new(
                session.Row, [.. session.Subscriptions.Values], [.. session.Incoming], owed.FindAll(static o => o.IsReceived),
                SizeOf(owed.FindAll(static o => !o.IsReceived)));
        }
    }

    public OwedPage ReadOwed(string clientId, long after, long upTo, int messages, long bytes)
    {
        lock (_data)
        {
            ReadFailure?.Invoke();
            var room = bytes;
            var page = new List<OwedMessage>();
            foreach (var owed in Sessions[clientId].Owed.Values.Where(o => o.Id > after && o.Id <= upTo && !o.IsReceived).Select(Owed))
            {
                if (page.Count == messages || room <= 0)
                {
                    return new(page, IsEnd: false);
                }

                page.Add(owed);
                room -= owed.Message.Payload.Length;
            }

            return new(page, IsEnd: true);
        }
    }

    public void PutRetained(string topic, RetainedMessage message) => Retained[topic] = message;

    public void RemoveRetained(string topic) => Retained.TryRemove(topic, out _);

    public void PutSession(SessionRow session) =>
        Sessions.AddOrUpdate(session.ClientId, _ => new() { Row = session }, (_, kept) => kept with { Row = session });

    public IReadOnlyList<OwedMessage> RemoveSession(string clientId)
    {
        if (!Sessions.TryRemove(clientId, out var gone))
        {
            return [];
        }

        var shared = gone.Owed.Values.Where(static o => o.Row.Share is not null).Select(Owed).ToList();
        foreach (var id in gone.Owed.Keys)
        {
            Forget(id);
        }

        return shared;
    }

    public void PutReplayed(string clientId, string filter, string? replayed)
    {
        if (Sessions[clientId].Subscriptions.TryGetValue(filter, out var row))
        {
            Sessions[clientId].Subscriptions[filter] = row with { Replayed = replayed };
        }
    }

    public IReadOnlyList<KeyValuePair<string, BacklogSize>> PurgeExpired(DateTimeOffset now)
    {
        foreach (var (topic, _) in Retained.Where(r => r.Value.ExpiresAt <= now))
        {
            Retained.TryRemove(topic, out _);
        }

        var purged = new List<KeyValuePair<string, BacklogSize>>();
        foreach (var (clientId, session) in Sessions)
        {
            var gone = session.Owed.Values.Where(o => o.Id > session.Row.SentUpTo && !o.IsReceived && Messages[o.Id].ExpiresAt <= now).ToList();
            purged.Add(new(clientId, SizeOf(gone.ConvertAll(Owed))));
            gone.ForEach(o => session.Owed.Remove(o.Id));
            gone.ForEach(o => Forget(o.Id));
        }

        return purged;
    }

    public void PutSubscription(string clientId, SubscriptionRow subscription) => Sessions[clientId].Subscriptions[subscription.Filter] = subscription;

    public void RemoveSubscription(string clientId, string filter) => Sessions[clientId].Subscriptions.Remove(filter);

    public void Enqueue(StoredMessage message, IReadOnlyList<OwedRow> receivers)
    {
        Messages[message.Id] = message;
        foreach (var row in receivers)
        {
            if (Sessions.TryGetValue(row.ClientId, out var session))
            {
                session.Owed[message.Id] = (message.Id, row, false);
            }
        }
    }

    public void MarkReceived(string clientId, long messageId)
    {
        if (Sessions.TryGetValue(clientId, out var session) && session.Owed.TryGetValue(messageId, out var owed))
        {
            session.Owed[messageId] = owed with { IsReceived = true };
        }
    }

    public void Settle(string clientId, long messageId)
    {
        if (Sessions.TryGetValue(clientId, out var session))
        {
            session.Owed.Remove(messageId);
            Forget(messageId);
        }
    }

    public void PutIncoming(string clientId, ushort packetId) => Sessions[clientId].Incoming.Add(packetId);

    public void RemoveIncoming(string clientId, ushort packetId) => Sessions[clientId].Incoming.Remove(packetId);

    /// <summary>What was committed up to now: what a crash at this moment leaves.</summary>
    public MemoryStore Copy()
    {
        var copy = new MemoryStore();
        lock (_data)
        {
            foreach (var (topic, message) in Retained)
            {
                copy.Retained[topic] = message;
            }

            foreach (var (id, message) in Messages)
            {
                copy.Messages[id] = message;
            }

            foreach (var (clientId, session) in Sessions)
            {
                copy.Sessions[clientId] = session.Copy();
            }
        }

        return copy;
    }

    private static BacklogSize SizeOf(List<OwedMessage> owed) => new(
        owed.Count,
        owed.Sum(static o => Encoding.UTF8.GetByteCount(o.Message.Topic) + o.Message.Payload.Length + o.Message.Properties.Length),
        owed.Count > 0 ? owed[^1].Message.Id : 0);

    private OwedMessage Owed((long Id, OwedRow Row, bool IsReceived) owed) =>
        new(Messages[owed.Id], owed.Row.Qos, owed.Row.Retain, owed.Row.Identifiers, owed.IsReceived, owed.Row.Share);

    private void Forget(long messageId)
    {
        if (!Sessions.Values.Any(s => s.Owed.ContainsKey(messageId)))
        {
            Messages.TryRemove(messageId, out _);
        }
    }

    private void Run(IBrokerWork work)
    {
        var failure = Failure ?? Interlocked.Exchange(ref _failOnce, null);
        if (failure is null)
        {
            lock (_data)
            {
                work.Write(this);
                Commits++;
            }

            AfterWrite?.Invoke(work);
        }

        work.Completed(failure);
    }
}

internal sealed record KeptSession
{
    public required SessionRow Row { get; init; }

    public Dictionary<string, SubscriptionRow> Subscriptions { get; } = [];

    public HashSet<ushort> Incoming { get; } = [];

    public SortedDictionary<long, (long Id, OwedRow Row, bool IsReceived)> Owed { get; } = [];

    public KeptSession Copy()
    {
        var copy = new KeptSession { Row = Row };
        copy.Incoming.UnionWith(Incoming);
        foreach (var (filter, row) in Subscriptions)
        {
            copy.Subscriptions[filter] = row;
        }

        foreach (var (id, owed) in Owed)
        {
            copy.Owed[id] = owed;
        }

        return copy;
    }
}
