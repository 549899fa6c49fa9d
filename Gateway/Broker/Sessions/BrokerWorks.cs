namespace Gateway.Broker.Sessions;

/// <summary>The parts of a running broker that every connection works with.</summary>
internal sealed record BrokerWorks(
    MqttOptions Options,
    BrokerLimits Limits,
    Admission Admission,
    PublishPath Publish,
    SubscribePath Subscribe,
    SessionStore SessionStore,
    BrokerCounts Counts,
    TimeProvider Time);
