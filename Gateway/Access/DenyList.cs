using Gateway.Contract;

namespace Gateway.Access;

/// <summary>Access:Deny, what is refused to all but the admin token.</summary>
internal sealed class DenyList
{
    private readonly List<TopicFilter> _publish = [];
    private readonly List<TopicFilter> _subscribe = [];

    public DenyList(AccessOptions options)
    {
        for (var i = 0; i < options.Deny.Count; i++)
        {
            var list = options.Deny[i].Split(' ', 2, StringSplitOptions.TrimEntries) switch
            {
                ["publish", { Length: > 0 } filter] => (_publish, filter),
                ["subscribe", { Length: > 0 } filter] => (_subscribe, filter),
                _ => throw new SettingException($"Access:Deny:{i}", $"\"{options.Deny[i]}\" is neither \"subscribe FILTER\" nor \"publish FILTER\"."),
            };
            list.Item1.Add(new TopicFilter(list.filter));
        }
    }

    public bool RestrictsReceiving => _subscribe.Count > 0;

    public bool Publish(string topic) => Covered(_publish, topic);

    public bool Subscribe(string filter) => Covered(_subscribe, filter);

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
