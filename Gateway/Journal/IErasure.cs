namespace Gateway.Journal;

/// <summary>What history keeps of a person: found, and taken out of it, a little at a time between other work.</summary>
internal interface IErasure
{
    /// <summary>Channels whose state names them, and all on which people come and go, as far as readers see.</summary>
    Task<IReadOnlyList<ChannelName>> ChannelsAsync(Renaming who, CancellationToken cancellation);

    /// <summary>Events that name them, oldest first.</summary>
    IAsyncEnumerable<StoredEvent> EventsAsync(Renaming who, CancellationToken cancellation);

    /// <summary>What is kept beside the events and names them: answers kept for a repeat, what webhooks are told, what they said in rooms.</summary>
    IAsyncEnumerable<(string Collection, byte[] Body)> RecordsAsync(Renaming who, CancellationToken cancellation);

    /// <summary>Renames them in all events up to a position, and in what was made of those. May be done again after a crash.</summary>
    Task EraseAsync(Renaming who, long upTo, CancellationToken cancellation);

    /// <summary>Overwrites what was written before, where the disk still has it outside of what is kept: the logs.</summary>
    Task WipeAsync(CancellationToken cancellation);
}
