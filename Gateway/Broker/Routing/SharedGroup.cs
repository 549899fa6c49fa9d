using Gateway.Broker.Sessions;

namespace Gateway.Broker.Routing;

/// <summary>The members that share one filter: each message goes to one of them, in turn, to one that is connected if there is any.</summary>
internal sealed class SharedGroup(string name)
{
    // replaced under the tree's lock, read without
    private volatile Subscription[] _members = [];

    // changed by Interlocked only
    private uint _turn;

    public string Name { get; } = name;

    public bool IsEmpty => _members.Length == 0;

    public bool Put(Subscription subscription)
    {
        var members = _members;
        var at = Array.FindIndex(members, m => m.Session == subscription.Session);
        if (at < 0)
        {
            _members = [.. members, subscription];
            return true;
        }

        var changed = (Subscription[])members.Clone();
        changed[at] = subscription;
        _members = changed;
        return false;
    }

    public bool Take(Subscription subscription)
    {
        var before = _members;
        _members = Array.FindAll(before, m => m.Session != subscription.Session);
        return _members.Length < before.Length;
    }

    /// <summary>The next one who may have the topic; <paramref name="except"/> has just died with it.</summary>
    public Subscription? Next(string topic, Session? except = null) => From(Interlocked.Increment(ref _turn), topic, except);

    /// <summary>Who would be next; takes nobody's turn.</summary>
    public Subscription? Peek(string topic) => From(Volatile.Read(ref _turn) + 1, topic, except: null);

    private Subscription? From(uint start, string topic, Session? except)
    {
        var members = _members;
        Subscription? absent = null;
        for (var i = 0u; i < members.Length; i++)
        {
            var member = members[(start + i) % (uint)members.Length];
            if (member.Session == except || !member.Admits(topic))
            {
                continue;
            }

            if (member.Session.IsConnected)
            {
                return member;
            }

            absent ??= member;
        }

        return absent;
    }
}
