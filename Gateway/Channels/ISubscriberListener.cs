using Gateway.Journal;

namespace Gateway.Channels;

/// <summary>Hears when a channel gets its first live subscription and loses its last one. Called outside every lock.</summary>
internal interface ISubscriberListener
{
    void FirstSubscriber(ChannelName channel);

    void LastSubscriberLeft(ChannelName channel);
}
