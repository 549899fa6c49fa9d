using Gateway.Broker.Routing;

namespace Gateway.Broker.Sessions;

/// <summary>The subscriptions of one session by filter.</summary>
internal sealed class SubscriptionSet
{
    private readonly Lock _lock = new();

    // owned by _lock
    private readonly Dictionary<string, Subscription> _byFilter = [];
    private bool _isClosed;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byFilter.Count;
            }
        }
    }

    /// <summary>Granted and neither given up nor replaced since.</summary>
    public bool Has(Subscription subscription)
    {
        lock (_lock)
        {
            return _byFilter.GetValueOrDefault(subscription.Filter) == subscription;
        }
    }

    public bool Contains(string filter)
    {
        lock (_lock)
        {
            return _byFilter.ContainsKey(filter);
        }
    }

    /// <summary>The one that it replaces, if any.</summary>
    public Subscription? Put(Subscription subscription)
    {
        lock (_lock)
        {
            var before = _byFilter.GetValueOrDefault(subscription.Filter);
            _byFilter[subscription.Filter] = subscription;
            return before;
        }
    }

    public Subscription? Take(string filter)
    {
        lock (_lock)
        {
            return _byFilter.Remove(filter, out var taken) ? taken : null;
        }
    }

    /// <summary>Whether the session has ended meanwhile, so that what was just put into the tree has to leave it again.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed;
            }
        }
    }

    public List<Subscription> Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            var all = _byFilter.Values.ToList();
            _byFilter.Clear();
            return all;
        }
    }
}
