namespace Gateway.Access;

/// <summary>An MQTT topic filter of the settings, compared with topics and with other filters.</summary>
internal sealed class TopicFilter(string text)
{
    private readonly string[] _levels = text.Split('/');

    /// <summary>"+" and "#" each fill a level, "#" only the last one [MQTT-4.7.1-2, 4.7.1-3].</summary>
    public static bool IsFilter(string text)
    {
        var levels = text.Split('/');
        return text.Length > 0 && levels.Index().All(level => level.Item == "+" || (level.Item == "#" && level.Index == levels.Length - 1)
            || level.Item.AsSpan().IndexOfAny('+', '#') < 0);
    }

    /// <summary>Whether every topic that the other filter (or topic) matches is matched by this one.</summary>
    public bool Covers(string other)
    {
        // A shared subscription is judged by the filter behind its group.
        var filter = other.StartsWith("$share/", StringComparison.Ordinal) && other.Split('/', 3) is [_, _, var inner] ? inner : other;
        var levels = filter.Split('/');

        // A wildcard in the first place does not match topics that begin with $ [MQTT-4.7.2-1].
        if (levels[0].StartsWith('$') && _levels[0] is "#" or "+")
        {
            return false;
        }

        for (var i = 0; i < _levels.Length; i++)
        {
            // "a/#" also matches "a" [MQTT-4.7.1-2]: the wildcard is reached when the other ends just before it.
            if (_levels[i] == "#")
            {
                return true;
            }

            // Every topic has a first level, so "+/#" is as wide as "#".
            if (i == 0 && levels[0] == "#")
            {
                return _levels is ["+", "#"];
            }

            if (i >= levels.Length || levels[i] == "#" || (_levels[i] != "+" && _levels[i] != levels[i]))
            {
                return false;
            }
        }

        return levels.Length == _levels.Length;
    }
}
