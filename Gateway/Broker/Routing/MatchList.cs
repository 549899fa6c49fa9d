namespace Gateway.Broker.Routing;

/// <summary>What one topic matched: whole arrays of subscribers, as the tree keeps them. Reused by its thread.</summary>
internal sealed class MatchList
{
    private readonly List<Subscription[]> _lists = [];
    private readonly List<SharedGroup[]> _groups = [];

    public List<Subscription[]> Lists => _lists;

    public List<SharedGroup[]> Groups => _groups;

    public void Add(Subscription[] subscribers) => _lists.Add(subscribers);

    public void Add(SharedGroup[] groups) => _groups.Add(groups);

    public void Clear()
    {
        _lists.Clear();
        _groups.Clear();
    }
}
