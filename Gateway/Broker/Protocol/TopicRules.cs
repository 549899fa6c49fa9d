namespace Gateway.Broker.Protocol;

/// <summary>Which strings are topic names and topic filters, MQTT 5 section 4.7.</summary>
internal static class TopicRules
{
    public const string SharePrefix = "$share/";

    public static bool IsTopicName(ReadOnlySpan<byte> topic) => !topic.IsEmpty && topic.IndexOfAny((byte)'+', (byte)'#') < 0;

    public static bool IsTopicName(ReadOnlySpan<char> topic) => !topic.IsEmpty && topic.IndexOfAny('+', '#') < 0;

    /// <summary>A wildcard fills its level, and # is the last one.</summary>
    public static bool IsFilter(ReadOnlySpan<char> filter)
    {
        if (filter.IsEmpty)
        {
            return false;
        }

        for (var rest = filter; ;)
        {
            var end = rest.IndexOf('/');
            var level = end < 0 ? rest : rest[..end];
            if (level.Length > 1 && level.IndexOfAny('+', '#') >= 0)
            {
                return false;
            }

            if (end < 0)
            {
                return true;
            }

            if (level is "#")
            {
                return false;
            }

            rest = rest[(end + 1)..];
        }
    }

    public static bool HasWildcard(ReadOnlySpan<char> filter) => filter.IndexOfAny('+', '#') >= 0;

    public static int Levels(ReadOnlySpan<char> topic) => topic.Count('/') + 1;

    /// <summary>Splits <c>$share/{group}/{filter}</c>; false when it is shared but lacks one of them (MQTT-4.8.2-1, -2).</summary>
    public static bool TrySplitShare(string filter, out string? group, out string topicFilter)
    {
        group = null;
        topicFilter = filter;
        if (!filter.StartsWith(SharePrefix, StringComparison.Ordinal))
        {
            return true;
        }

        var end = filter.IndexOf('/', SharePrefix.Length);
        if (end <= SharePrefix.Length || end == filter.Length - 1)
        {
            return false;
        }

        group = filter[SharePrefix.Length..end];
        topicFilter = filter[(end + 1)..];
        return !HasWildcard(group);
    }
}
