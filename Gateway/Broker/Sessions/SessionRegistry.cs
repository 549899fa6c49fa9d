namespace Gateway.Broker.Sessions;

/// <summary>A will and the connection it belonged to.</summary>
/// <param name="Owner">The identity of who left it.</param>
/// <param name="Client">Null when that was before the restart.</param>
internal sealed record OwedWill(string ClientId, string Owner, ClientConnection? Client, StoredWill Will);

/// <summary>What a CONNECT found: its session, and what ended by it.</summary>
internal sealed record Opening(Session Session, bool IsPresent, Session? Ended, OwedWill? Will);

/// <summary>Who has which client id: one connection at most, one session at most, from its first CONNECT to its expiry.</summary>
internal sealed class SessionRegistry(SessionHome home, TimeProvider time)
{
    private readonly Lock _lock = new();

    // all owned by _lock
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly PriorityQueue<Entry, DateTimeOffset> _due = new();

    public int Sessions
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    public int ConnectedClients
    {
        get
        {
            lock (_lock)
            {
                return _entries.Values.Count(static e => e.Current is not null);
            }
        }
    }

    /// <summary>
    /// The client id is the newcomer's from now on; who had it must have ended before <see cref="Open"/>. False: it is another owner's, unless it is
    /// the newcomer's own: what others left there ends.
    /// </summary>
    public bool TryClaim(ClientConnection newcomer, out ClientConnection? previous)
    {
        previous = null;
        lock (_lock)
        {
            if (!_entries.TryGetValue(newcomer.ClientId, out var entry))
            {
                _entries[newcomer.ClientId] = entry = new(newcomer.ClientId, newcomer.Rights.Owner);
            }
            else if (entry.Owner != newcomer.Rights.Owner && !newcomer.Rights.OwnsClientId(newcomer.ClientId))
            {
                return false;
            }

            entry.Owner = newcomer.Rights.Owner;
            previous = entry.Current;
            entry.Current = newcomer;
            return true;
        }
    }

    /// <summary>Null when yet another connection has claimed the client id meanwhile.</summary>
    public Opening? Open(ClientConnection client, bool cleanStart)
    {
        lock (_lock)
        {
            var entry = _entries[client.ClientId];
            if (entry.Current != client)
            {
                return null;
            }

            var now = time.GetUtcNow();
            var kept = entry.Session?.Rights.Owner == entry.Owner && !(entry.ExpiresAt <= now);
            var ended = kept && !cleanStart ? null : entry.Session;

            // a will that waits is sent when its session ends, and dropped when its session goes on before the delay is over (MQTT-3.1.3-9)
            var will = ended is null && entry.WillAt > now ? null : entry.Will;
            var session = ended is null && entry.Session is not null
                ? entry.Session
                : new Session(client.ClientId, client.Rights, client.SessionExpiry > 0, home);
            var isPresent = session == entry.Session;
            entry.Session = session;
            entry.Will = null;
            entry.ExpiresAt = null;
            return new(session, isPresent, ended, will);
        }
    }

    /// <summary>
    /// A connection is over. Gives back the session when it ends with it, and the will when it is due at once. The client id stays taken until
    /// <see cref="Release"/>, so that whoever connects next waits for the will.
    /// </summary>
    public (Session? Ended, OwedWill? Will, SessionRow? Row) Leave(ClientConnection client, StoredWill? will)
    {
        var owed = will is null ? null : new OwedWill(client.ClientId, client.Rights.Owner, client, will);
        var sentUpTo = client.Session?.SentUpTo ?? 0;
        lock (_lock)
        {
            var entry = _entries.GetValueOrDefault(client.ClientId);
            if (entry is null)
            {
                return (null, owed, null);
            }

            if (entry.Session != client.Session || entry.Session is null || client.SessionExpiry == 0)
            {
                var ended = entry.Session == client.Session ? entry.Session : null;
                entry.Session = ended is null ? entry.Session : null;
                return (ended, owed, null);
            }

            var now = time.GetUtcNow();
            entry.ExpiresAt = client.SessionExpiry == uint.MaxValue ? null : now.AddSeconds(client.SessionExpiry);
            var delay = Math.Min(will?.DelaySeconds ?? 0, client.SessionExpiry);
            if (owed is null || delay == 0)
            {
                return (null, owed, new(client.ClientId, client.Rights.Owner, client.SessionExpiry, entry.ExpiresAt, null, null, sentUpTo));
            }

            entry.Will = owed;
            entry.WillAt = now.AddSeconds(delay);
            return (null, null, new(client.ClientId, client.Rights.Owner, client.SessionExpiry, entry.ExpiresAt, will, entry.WillAt, sentUpTo));
        }
    }

    /// <summary>The connection's will is out: the client id is free, and what waits for its session's end is looked at again.</summary>
    public void Release(ClientConnection client)
    {
        lock (_lock)
        {
            if (_entries.GetValueOrDefault(client.ClientId) is not { } entry || entry.Current != client)
            {
                return;
            }

            entry.Current = null;
            Forget(entry);
            Schedule(entry, entry.ExpiresAt);
            if (entry.Will is not null)
            {
                Schedule(entry, entry.WillAt);
            }
        }
    }

    /// <summary>At start. A session that was connected when the service ended has lost its connection now.</summary>
    public void Restore(SessionRow row, Session session)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var entry = new Entry(row.ClientId, row.Owner) { Session = session };
            _entries[row.ClientId] = entry;
            entry.ExpiresAt = row.ExpirySeconds == uint.MaxValue ? null : row.ExpiresAt ?? now.AddSeconds(row.ExpirySeconds);
            Schedule(entry, entry.ExpiresAt);
            if (row.Will is { } will)
            {
                entry.Will = new(row.ClientId, row.Owner, null, will);
                entry.WillAt = row.WillAt ?? now.AddSeconds(Math.Min(will.DelaySeconds, row.ExpirySeconds));
                Schedule(entry, entry.WillAt);
            }
        }
    }

    /// <summary>Ends a session wherever it is; its connection, if any, is to be closed.</summary>
    public ClientConnection? Drop(Session session)
    {
        lock (_lock)
        {
            if (_entries.GetValueOrDefault(session.ClientId) is not { } entry || entry.Session != session)
            {
                return null;
            }

            entry.Session = null;
            Forget(entry);
            return entry.Current;
        }
    }

    /// <summary>What has come due: sessions that expired and wills whose delay is over.</summary>
    public void CollectDue(List<Session> expired, List<OwedWill> wills)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            while (_due.TryPeek(out var entry, out var at) && at <= now)
            {
                _due.Dequeue();
                var isExpired = entry.Current is null && entry.ExpiresAt <= now;
                if (entry.Will is { } will && (isExpired || (entry.Current is null && entry.WillAt <= now)))
                {
                    wills.Add(will);
                    entry.Will = null;
                }

                if (isExpired && entry.Session is { } session)
                {
                    expired.Add(session);
                    entry.Session = null;
                    Forget(entry);
                }
            }
        }
    }

    public List<Session> AllSessions()
    {
        lock (_lock)
        {
            return [.. _entries.Values.Select(static e => e.Session).OfType<Session>()];
        }
    }

    public Session? Find(string clientId)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault(clientId)?.Session;
        }
    }

    public List<ClientConnection> Connected()
    {
        lock (_lock)
        {
            return [.. _entries.Values.Select(static e => e.Current).OfType<ClientConnection>()];
        }
    }

    public List<Session> SessionsOf(string owner)
    {
        lock (_lock)
        {
            return [.. _entries.Values.Select(static entry => entry.Session).OfType<Session>().Where(session => session.Rights.Owner == owner)];
        }
    }

    private void Schedule(Entry entry, DateTimeOffset? at)
    {
        if (at is { } due)
        {
            _due.Enqueue(entry, due);
        }
    }

    private void Forget(Entry entry)
    {
        if (entry.Session is null && entry.Current is null)
        {
            _entries.Remove(entry.ClientId);
        }
    }

    private sealed class Entry(string clientId, string owner)
    {
        public string ClientId { get; } = clientId;

        public string Owner { get; set; } = owner;

        public ClientConnection? Current { get; set; }

        public Session? Session { get; set; }

        public DateTimeOffset? ExpiresAt { get; set; }

        public OwedWill? Will { get; set; }

        public DateTimeOffset WillAt { get; set; }
    }
}
