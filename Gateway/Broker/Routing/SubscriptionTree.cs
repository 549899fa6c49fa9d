using System.Collections.Concurrent;
using Gateway.Broker.Protocol;
using Gateway.Broker.Sessions;

namespace Gateway.Broker.Routing;

/// <summary>
/// Who wants a topic, found level by level. Matching takes no lock: children are concurrent dictionaries, and each node shows its subscribers as an
/// array that is rebuilt when first read after a change, so that a thousand subscribers who come at once cost one copy and not a thousand.
/// </summary>
internal sealed class SubscriptionTree
{
    private readonly Lock _change = new();
    private readonly Node _root = new();

    // owned by _change
    private int _count;
    private int _durable;
    private long _version;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Subscriptions of sessions that outlive their connection.</summary>
    public int DurableCount => Volatile.Read(ref _durable);

    /// <summary>Another number, other subscriptions.</summary>
    public long Version => Volatile.Read(ref _version);

    public void Add(Subscription subscription)
    {
        lock (_change)
        {
            var node = _root;
            foreach (var level in subscription.TopicFilter.Split('/'))
            {
                node = node.GetOrAdd(level);
            }

            if (node.Put(subscription))
            {
                _count++;
                _durable += subscription.IsDurable ? 1 : 0;
            }

            Volatile.Write(ref _version, _version + 1);
        }
    }

    public void Remove(Subscription subscription)
    {
        lock (_change)
        {
            var levels = subscription.TopicFilter.Split('/');
            var path = new Node[levels.Length + 1];
            path[0] = _root;
            for (var i = 0; i < levels.Length; i++)
            {
                if (!path[i].TryGet(levels[i], out var next))
                {
                    return;
                }

                path[i + 1] = next;
            }

            if (path[^1].Take(subscription))
            {
                _count--;
                _durable -= subscription.IsDurable ? 1 : 0;
            }

            Volatile.Write(ref _version, _version + 1);

            for (var i = levels.Length; i > 0 && path[i].IsEmpty; i--)
            {
                path[i - 1].Drop(levels[i - 1]);
            }
        }
    }

    /// <summary>Those who share a filter of the form <c>$share/{group}/{filter}</c>; null when there is nobody any more.</summary>
    public SharedGroup? FindShare(string shareFilter)
    {
        TopicRules.TrySplitShare(shareFilter, out var name, out var topicFilter);
        var node = _root;
        foreach (var level in topicFilter.Split('/'))
        {
            if (!node.TryGet(level, out node))
            {
                return null;
            }
        }

        return Array.Find(node.Groups ?? [], g => g.Name == name);
    }

    public void Match(string topic, MatchList matches)
    {
        // MQTT-4.7.2-1: a leading wildcard does not see topics that begin with $
        Match(_root, topic, matches, wildcards: topic[0] != '$');
    }

    private void Match(Node node, ReadOnlySpan<char> rest, MatchList matches, bool wildcards)
    {
        if (wildcards && node.Rest is { } all)
        {
            Collect(all, matches);
        }

        var end = rest.IndexOf('/');
        var level = end < 0 ? rest : rest[..end];
        if (node.TryGet(level, out var named))
        {
            Descend(named, rest, end, matches);
        }

        if (wildcards && node.Any is { } any)
        {
            Descend(any, rest, end, matches);
        }
    }

    private void Descend(Node node, ReadOnlySpan<char> rest, int end, MatchList matches)
    {
        if (end >= 0)
        {
            Match(node, rest[(end + 1)..], matches, wildcards: true);
            return;
        }

        Collect(node, matches);

        // "a/#" also means "a"
        if (node.Rest is { } parent)
        {
            Collect(parent, matches);
        }
    }

    private void Collect(Node node, MatchList matches)
    {
        var subscribers = node.Subscribers;
        if (subscribers is null)
        {
            lock (_change)
            {
                subscribers = node.Rebuild();
            }
        }

        if (subscribers.Length > 0)
        {
            matches.Add(subscribers);
        }

        if (node.Groups is { } groups)
        {
            matches.Add(groups);
        }
    }

    private sealed class Node
    {
        // written under the tree's lock, read without
        private volatile ConcurrentDictionary<string, Node>? _children;
        private volatile Subscription[]? _subscribers = [];
        private volatile SharedGroup[]? _groups;

        // owned by the tree's lock
        private Dictionary<Session, Subscription>? _members;

        public Node? Any { get; private set; }

        public Node? Rest { get; private set; }

        public Subscription[]? Subscribers => _subscribers;

        public SharedGroup[]? Groups => _groups;

        public bool IsEmpty => _members is not { Count: > 0 } && _groups is null && Any is null && Rest is null && _children is null or { IsEmpty: true };

        public Node GetOrAdd(string level) => level switch
        {
            "+" => Any ??= new(),
            "#" => Rest ??= new(),
            _ => (_children ??= new(concurrencyLevel: 1, capacity: 1)).GetOrAdd(level, static _ => new()),
        };

        public bool TryGet(ReadOnlySpan<char> level, out Node node)
        {
            node = null!;
            return _children is { } children && children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(level, out node!);
        }

        public bool TryGet(string filterLevel, out Node node)
        {
            node = (filterLevel switch
            {
                "+" => Any,
                "#" => Rest,
                _ => _children is { } children && children.TryGetValue(filterLevel, out var child) ? child : null,
            })!;
            return node is not null;
        }

        public void Drop(string level)
        {
            switch (level)
            {
                case "+": Any = null; break;
                case "#": Rest = null; break;
                default: _children?.TryRemove(level, out _); break;
            }
        }

        public bool Put(Subscription subscription)
        {
            if (subscription.Group is { } name)
            {
                return GroupNamed(name).Put(subscription);
            }

            _members ??= [];
            var added = !_members.ContainsKey(subscription.Session);
            _members[subscription.Session] = subscription;
            _subscribers = null;
            return added;
        }

        public bool Take(Subscription subscription)
        {
            if (subscription.Group is { } name)
            {
                var group = Array.Find(_groups ?? [], g => g.Name == name);
                var left = group?.Take(subscription) ?? false;
                if (group is { IsEmpty: true })
                {
                    var others = Array.FindAll(_groups!, g => g != group);
                    _groups = others.Length > 0 ? others : null;
                }

                return left;
            }

            var removed = _members?.Remove(subscription.Session) ?? false;
            _subscribers = null;
            return removed;
        }

        public Subscription[] Rebuild() => _subscribers ??= _members is { Count: > 0 } members ? [.. members.Values] : [];

        private SharedGroup GroupNamed(string name)
        {
            var group = Array.Find(_groups ?? [], g => g.Name == name);
            if (group is null)
            {
                group = new(name);
                _groups = [.. _groups ?? [], group];
            }

            return group;
        }
    }
}
