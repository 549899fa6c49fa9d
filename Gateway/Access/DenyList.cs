using Gateway.Contract;

namespace Gateway.Access;

/// <summary>Access:Deny, what is refused to all but the admin token.</summary>
internal sealed class DenyList
{
    private readonly List<TopicFilter> _publish = [];
    private readonly List<TopicFilter> _subscribe = [];

    public DenyList(AccessOptions options)
    {
        var faults = Faults(options).ToList();
        if (faults.Count > 0)
        {
            throw new SettingException(faults);
        }

        foreach (var (isPublish, filter) in options.Deny.Select(line => Parse(line)!.Value))
        {
            (isPublish ? _publish : _subscribe).Add(new TopicFilter(filter));
        }
    }

    /// <summary>A sentence for each line that cannot be understood: what is misspelt here would let in whom it should keep out.</summary>
    public static IEnumerable<string> Faults(AccessOptions options) => options.Deny.Index().Where(line => Parse(line.Item) is null)
        .Select(line => $"Access:Deny:{line.Index}: \"{line.Item}\" is neither \"subscribe FILTER\" nor \"publish FILTER\".");

    public bool RestrictsReceiving => _subscribe.Count > 0;

    public bool Publish(string topic) => Covered(_publish, topic);

    public bool Subscribe(string filter) => Covered(_subscribe, filter);

    private static (bool IsPublish, string Filter)? Parse(string line) => line.Split(' ', 2, StringSplitOptions.TrimEntries) switch
    {
        ["publish", var filter] when TopicFilter.IsFilter(filter) => (true, filter),
        ["subscribe", var filter] when TopicFilter.IsFilter(filter) => (false, filter),
        _ => null,
    };

    private static bool Covered(List<TopicFilter> filters, string name)
    {
        foreach (var filter in filters)
        {
            if (filter.Covers(name))
            {
                return true;
            }
        }

        return false;
    }
}
