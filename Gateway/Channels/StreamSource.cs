using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>Reads channels and feeds alike from the journal, for the kinds that are served.</summary>
internal sealed class StreamSource(IJournalReader journal, IEnumerable<IChannelKind> kinds, TimeProvider time)
{
    private const int ItemsOfFeed = 50;

    private readonly Dictionary<string, IChannelKind> _kinds = kinds.ToDictionary(kind => kind.Name);

    public string Epoch => journal.Epoch;

    public IEnumerable<string> Kinds => _kinds.Keys;

    /// <summary>Null when there is no such channel or feed.</summary>
    public async ValueTask<StreamSnapshot?> SnapshotAsync(StreamName name, CancellationToken cancellation)
    {
        if (!_kinds.TryGetValue(name.Kind, out var kind))
        {
            return null;
        }

        if (name.IsFeed)
        {
            var feed = await journal.ListAsync(name.Kind, before: null, ItemsOfFeed, cancellation);
            var now = time.GetUtcNow();
            var there = feed with
            {
                Items = [.. feed.Items.Where(item => !kind.IsGone(item.State.Span)).Select(item => item with { State = kind.Shown(item.State, now) })],
            };
            return new(name, journal.Epoch, feed.Position, feed.OldestPosition, StateJson.OfFeed(there));
        }

        if (await journal.SnapshotAsync(name.Channel, cancellation) is { } channel)
        {
            return new(name, journal.Epoch, channel.Seq, channel.OldestSeq, kind.Shown(channel.State, time.GetUtcNow()));
        }

        return kind.BeforeFirst(name.Channel.Id) is { } state ? new(name, journal.Epoch, Head: 0, Oldest: 1, state) : null;
    }

    public bool IsGone(StreamSnapshot snapshot) => !snapshot.Name.IsFeed && _kinds[snapshot.Name.Kind].IsGone(snapshot.State.Span);

    public ValueTask<JournalPage> ReadAsync(StreamName name, long after, int limit, CancellationToken cancellation) =>
        name.IsFeed ? journal.ReadFeedAsync(name.Kind, after, limit, cancellation) : journal.ReadAsync(name.Channel, after, limit, cancellation);
}

/// <param name="Head">Newest seq of a channel; newest position of the whole journal for a feed.</param>
/// <param name="Oldest">The first cursor that is still kept.</param>
/// <param name="State">The fold of a channel; the newest items of a feed. JSON.</param>
internal sealed record StreamSnapshot(StreamName Name, string Epoch, long Head, long Oldest, ReadOnlyMemory<byte> State);
