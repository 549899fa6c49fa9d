using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>Narrows who may follow the channels of one kind by what happened on them, such as who takes part: on top of the rights to the kind.</summary>
internal interface IChannelRule
{
    string Kind { get; }

    ValueTask<bool> MayFollowAsync(StreamName name, string user, CancellationToken cancellation);

    /// <summary>Whether somebody who might follow the channel before this event may be one who must not after it; then they are asked about again.</summary>
    bool MayEnd(StoredEvent stored, string user);
}
