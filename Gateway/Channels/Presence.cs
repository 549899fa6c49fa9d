using System.Text.Json;

namespace Gateway.Channels;

/// <summary>
/// Who follows each stream at the moment, by user: one who follows it twice has come once, and has left when the last subscription ended. In memory
/// only, and on no channel.
/// </summary>
internal sealed class Presence(ChannelOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();

    // Owned by _lock, with all that hangs on it. A stream is in it while somebody follows or watches it.
    private readonly Dictionary<StreamName, Company> _streams = [];

    // Owned by _lock: those who have their answer, and will ask again.
    private readonly HashSet<ITimer> _between = [];

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

    public void Enter(StreamName name, ISubscriberRights rights)
    {
        IReadOnlyList<PresenceWatch> woken;
        lock (_lock)
        {
            var company = FindOrAdd(name);
            if (company.Members.TryGetValue(rights.User, out var known))
            {
                known.Subscriptions++;
                return;
            }

            var member = new Member(rights.User, rights.Role, time.GetUtcNow());
            company.Members.Add(rights.User, new(member));
            woken = company.Tell(new(Joined: true, member));
        }

        Wake(woken);
    }

    public void Leave(StreamName name, ISubscriberRights rights)
    {
        IReadOnlyList<PresenceWatch> woken;
        lock (_lock)
        {
            var company = _streams[name];
            var known = company.Members[rights.User];
            if (--known.Subscriptions > 0)
            {
                return;
            }

            company.Members.Remove(rights.User);
            woken = company.Tell(new(Joined: false, known.Member));
            ForgetIfEmpty(name, company);
        }

        Wake(woken);
    }

    /// <summary>Who polls is gone after each answer and back with the next question: only who stays away has left.</summary>
    public void LeaveUnlessBack(StreamName name, ISubscriberRights rights)
    {
        lock (_lock)
        {
            ITimer? timer = null;
            timer = time.CreateTimer(_ => LeaveAfter(timer!, name, rights), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _between.Add(timer);
            timer.Change(options.BetweenPolls, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Tells whoever watches the stream, and nobody later: typing, a pointer, a raised hand. Lost on a page that does not read.</summary>
    public void Signal(StreamName name, ISubscriberRights rights, JsonElement data)
    {
        IReadOnlyList<PresenceWatch> woken = [];
        lock (_lock)
        {
            if (_streams.TryGetValue(name, out var company))
            {
                var member = company.Members.GetValueOrDefault(rights.User)?.Member ?? new(rights.User, rights.Role, time.GetUtcNow());
                woken = company.Tell(new(Joined: true, member, data));
            }
        }

        Wake(woken);
    }

    /// <summary>Who is there; whoever comes or goes from here on is told to the watch.</summary>
    public IReadOnlyList<Member> Watch(PresenceWatch watch)
    {
        lock (_lock)
        {
            var company = FindOrAdd(watch.Name);
            if (!watch.IsClosed)
            {
                company.Watches.Add(watch);
            }

            var members = company.All();
            ForgetIfEmpty(watch.Name, company);
            return members;
        }
    }

    public void Unwatch(PresenceWatch watch)
    {
        lock (_lock)
        {
            watch.IsClosed = true;
            if (_streams.TryGetValue(watch.Name, out var company) && company.Watches.Remove(watch))
            {
                ForgetIfEmpty(watch.Name, company);
            }
        }
    }

    /// <summary>What happened since the last time; or, when that was too much to keep, who is there now.</summary>
    public (IReadOnlyList<PresenceChange> Changes, IReadOnlyList<Member>? Anew) Take(PresenceWatch watch)
    {
        lock (_lock)
        {
            var (changes, tooMany) = watch.Take();
            return (changes, tooMany && _streams.TryGetValue(watch.Name, out var company) ? company.All() : null);
        }
    }

    private void LeaveAfter(ITimer timer, StreamName name, ISubscriberRights rights)
    {
        lock (_lock)
        {
            _between.Remove(timer);
        }

        timer.Dispose();
        Leave(name, rights);
    }

    private static void Wake(IReadOnlyList<PresenceWatch> woken)
    {
        foreach (var watch in woken)
        {
            watch.Wake();
        }
    }

    private Company FindOrAdd(StreamName name)
    {
        if (!_streams.TryGetValue(name, out var company))
        {
            _streams.Add(name, company = new());
        }

        return company;
    }

    private void ForgetIfEmpty(StreamName name, Company company)
    {
        if (company.Members.Count == 0 && company.Watches.Count == 0)
        {
            _streams.Remove(name);
        }
    }

    private sealed class Company
    {
        public Dictionary<string, Follower> Members { get; } = [];

        public HashSet<PresenceWatch> Watches { get; } = [];

        public List<Member> All() => [.. Members.Values.Select(follower => follower.Member)];

        public IReadOnlyList<PresenceWatch> Tell(PresenceChange change) =>
            Watches.Count == 0 ? [] : [.. Watches.Where(watch => watch.Add(change))];
    }

    private sealed class Follower(Member member)
    {
        public Member Member => member;

        public int Subscriptions { get; set; } = 1;
    }
}

internal sealed record Member(string User, string? Role, DateTimeOffset Since);

/// <param name="Signal">What the member says in passing, neither coming nor going.</param>
internal sealed record PresenceChange(bool Joined, Member Member, JsonElement? Signal = null);

/// <summary>One page that wants to hear who comes and goes on one stream. Owned by the lock of <see cref="Presence"/>.</summary>
internal sealed class PresenceWatch(StreamName name, ISubscriberRights rights, Action<PresenceWatch> wake)
{
    // A page that does not read is not owed more: it gets the list anew.
    private const int MaxChanges = 256;

    private List<PresenceChange> _changes = [];
    private bool _tooMany;
    private bool _woken;

    public StreamName Name => name;

    /// <summary>Of the page, when it asked.</summary>
    public ISubscriberRights Rights => rights;

    public bool IsClosed { get; set; }

    /// <summary>True when its page is to be woken.</summary>
    public bool Add(PresenceChange change)
    {
        if (_changes.Count == MaxChanges)
        {
            _tooMany = true;
            _changes = [];
        }

        if (!_tooMany)
        {
            _changes.Add(change);
        }

        var wakes = !_woken;
        _woken = true;
        return wakes;
    }

    public (IReadOnlyList<PresenceChange> Changes, bool TooMany) Take()
    {
        var taken = (_changes, _tooMany);
        _changes = [];
        _tooMany = false;
        _woken = false;
        return taken;
    }

    /// <summary>Outside every lock.</summary>
    public void Wake() => wake(this);
}
