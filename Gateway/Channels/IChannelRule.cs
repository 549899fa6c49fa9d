using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>Narrows who may follow the channels of one kind by what happened on them, such as who takes part: on top of the rights to the kind.</summary>
internal interface IChannelRule
{
    string Kind { get; }

    /// <summary>Who has to do with a channel at this moment; null where there is none, as with one that nobody has to do with.</summary>
    ValueTask<ICircle?> OfAsync(StreamName name, CancellationToken cancellation);

    /// <summary>Whether somebody who might follow the channel before this event may be one who must not after it; then they are asked about again.</summary>
    bool MayEnd(StoredEvent stored, string user);
}

/// <summary>Who has to do with one channel.</summary>
internal interface ICircle
{
    /// <summary>Who is to get what happens there, whether they ever came or not.</summary>
    IEnumerable<string> Named { get; }

    bool MayFollow(string user);

    bool TakesPart(string user);

    /// <summary>What they are to the others there; null where they are nothing in particular, or do not take part.</summary>
    string? RoleOf(string user);
}
