namespace Gateway.Modules.Mappings;

internal enum LevelKind
{
    Text,
    Capture,

    /// <summary>+</summary>
    One,

    /// <summary>#</summary>
    Rest,
}

/// <summary>One level of a mapped topic.</summary>
internal sealed record MappingLevel(LevelKind Kind, string Text)
{
    public const string Device = "device";
    public const string Enrollment = "enrollment";
    public const string Step = "step";
    public const string Slot = "slot";

    /// <summary>Null when it is no topic filter with captures.</summary>
    public static IReadOnlyList<MappingLevel>? Parse(string topic)
    {
        var texts = topic.Split('/');
        var levels = texts.Select((text, place) => text switch
        {
            "+" => new MappingLevel(LevelKind.One, ""),
            "#" when place == texts.Length - 1 => new(LevelKind.Rest, ""),
            $"{{{Device}}}" or $"{{{Enrollment}}}" or $"{{{Step}}}" or $"{{{Slot}}}" => new(LevelKind.Capture, text[1..^1]),
            _ when text.AsSpan().IndexOfAny("+#{}") < 0 => new(LevelKind.Text, text),
            _ => null,
        }).OfType<MappingLevel>().ToList();
        var captures = levels.Where(level => level.Kind == LevelKind.Capture).ToList();
        return topic.Length == 0 || levels.Count < texts.Length || captures.Distinct().Count() < captures.Count ? null : levels;
    }

    /// <summary>What the topic has at the captured levels; null when it does not match.</summary>
    public static Dictionary<string, string>? Match(IReadOnlyList<MappingLevel> levels, string topic)
    {
        var texts = topic.Split('/');
        var captured = new Dictionary<string, string>();
        for (var i = 0; i < levels.Count; i++)
        {
            if (levels[i].Kind == LevelKind.Rest)
            {
                return captured;
            }

            if (i == texts.Length || (levels[i].Kind == LevelKind.Text && levels[i].Text != texts[i]))
            {
                return null;
            }

            if (levels[i].Kind == LevelKind.Capture)
            {
                captured[levels[i].Text] = texts[i];
            }
        }

        return texts.Length == levels.Count ? captured : null;
    }
}
