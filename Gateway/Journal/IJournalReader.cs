namespace Gateway.Journal;

/// <summary>Reads what is committed; never blocks the writer and never sees half a batch.</summary>
internal interface IJournalReader
{
    /// <summary>Names this journal; changes only on restore or truncation.</summary>
    string Epoch { get; }

    /// <summary>State and cursor from one read transaction; null when there is no such channel.</summary>
    ValueTask<ChannelSnapshot?> SnapshotAsync(ChannelName channel, CancellationToken cancellation);

    /// <summary>Events of a channel with seq &gt; after, in order, at most limit. Fewer than limit means: that was all.</summary>
    ValueTask<JournalPage> ReadAsync(ChannelName channel, long after, int limit, CancellationToken cancellation);

    /// <summary>Events of all channels of a kind with position &gt; after, in order, at most limit.</summary>
    ValueTask<JournalPage> ReadFeedAsync(string kind, long after, int limit, CancellationToken cancellation);

    /// <summary>The channels of a kind, newest first, those before the given mark (null: from the newest), with the feed's head position.</summary>
    ValueTask<FeedSnapshot> ListAsync(string kind, long? before, int limit, CancellationToken cancellation);
}

/// <param name="Seq">The state is the fold of events 1…Seq.</param>
/// <param name="OldestSeq">The first event that is still kept.</param>
/// <param name="State">The state object of the contract, as JSON.</param>
internal sealed record ChannelSnapshot(ChannelName Channel, long Seq, long OldestSeq, ReadOnlyMemory<byte> State);

/// <param name="Position">Head of the whole journal at the moment of reading: the cursor a feed goes on from.</param>
/// <param name="OldestPosition">The first position still kept on this feed, 1 when nothing was pruned.</param>
/// <param name="Items">Channels with their states, newest first.</param>
/// <param name="Next">Mark for the next older page; null when there is none.</param>
internal sealed record FeedSnapshot(long Position, long OldestPosition, IReadOnlyList<ChannelSnapshot> Items, long? Next);
