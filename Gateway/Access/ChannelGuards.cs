using Gateway.Channels;

namespace Gateway.Access;

/// <summary>What the rights to a thing hang on besides its kind: the scanner that it belongs to, and who takes part in it.</summary>
internal sealed class ChannelGuards(ScannerOf scanners, IEnumerable<IChannelRule> rules)
{
    private readonly Dictionary<string, IChannelRule> _rules = rules.ToDictionary(rule => rule.Kind);

    public IChannelRule? RuleOf(string kind) => _rules.GetValueOrDefault(kind);

    /// <summary>Who has to do with a channel, where its kind has a rule.</summary>
    public ValueTask<ICircle?> CircleAsync(StreamName name, CancellationToken cancellation) =>
        RuleOf(name.Kind) is { } rule ? rule.OfAsync(name, cancellation) : default;

    /// <summary>The same resource with what the decision about it has to know.</summary>
    public async ValueTask<Resource> FindAsync(Resource what, Verb verb, Identity identity, string user, CancellationToken cancellation)
    {
        if (identity.Kind == IdentityKind.Kiosk)
        {
            return await scanners.FindAsync(what, identity, cancellation);
        }

        return verb == Verb.Speak && StreamName.TryParse($"{what.Kind}/{what.Id}", out var name) && await CircleAsync(name, cancellation) is { } circle
            ? what with { IsJoined = circle.TakesPart(user) }
            : what;
    }
}
