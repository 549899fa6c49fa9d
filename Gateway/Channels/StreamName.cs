using System.Diagnostics.CodeAnalysis;
using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>What can be followed: one channel, by seq, or the feed of all channels of a kind, by position. The mechanism is the same.</summary>
internal readonly record struct StreamName
{
    private StreamName(string kind, string? id)
    {
        Kind = kind;
        Id = id;
    }

    public string Kind { get; }

    public string? Id { get; }

    public bool IsFeed => Id is null;

    /// <summary>The contract's name of the cursor.</summary>
    public string CursorField => IsFeed ? "position" : "seq";

    public ChannelName Channel => Id is { } id ? ChannelName.Of(Kind, id) : throw new InvalidOperationException($"'{Kind}' is a feed");

    public static StreamName Of(ChannelName channel) => new(channel.Kind, channel.Id);

    public static StreamName FeedOf(string kind) =>
        ChannelName.IsKind(kind) ? new(kind, id: null) : throw new ArgumentException($"'{kind}' is no kind", nameof(kind));

    public static bool TryParse([NotNullWhen(true)] string? text, out StreamName name)
    {
        if (ChannelName.TryParse(text, out var channel))
        {
            name = Of(channel);
            return true;
        }

        name = text is not null && ChannelName.IsKind(text) ? new(text, id: null) : default;
        return name != default;
    }

    public long CursorOf(StoredEvent stored) => IsFeed ? stored.Position : stored.Seq;

    public override string ToString() => Id is null ? Kind : $"{Kind}/{Id}";
}
