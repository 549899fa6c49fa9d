using Gateway.Channels;

namespace Gateway.Access;

/// <summary>What the rights to a channel hang on besides its kind: the scanner that it belongs to, and what happened on it.</summary>
internal sealed class ChannelGuards(ScannerOf scanners, IEnumerable<IChannelRule> rules)
{
    private readonly Dictionary<string, IChannelRule> _rules = rules.ToDictionary(rule => rule.Kind);

    public ScannerOf Scanners => scanners;

    public IChannelRule? RuleOf(string kind) => _rules.GetValueOrDefault(kind);
}
