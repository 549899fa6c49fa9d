using System.Text.Json;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>Takes what pages publish on the channels of one kind. On a kind that has none nobody publishes from a page.</summary>
internal interface IChannelPublisher
{
    string Kind { get; }

    /// <summary>The seq of its event, on disk; for a key that was used before on this channel, that of the first.</summary>
    /// <exception cref="RequestRefusedException">It is not taken; the sentence goes to the page.</exception>
    /// <exception cref="JournalUnavailableException">It could not be stored.</exception>
    Task<long> PublishAsync(Publication publication);
}

/// <summary>What a page wants to say on a channel. Who says it is taken from its credentials.</summary>
internal sealed record Publication(ChannelName Channel, string User, string? Role, bool IsStaff, JsonElement Data, string? Key);
