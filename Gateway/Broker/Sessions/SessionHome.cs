namespace Gateway.Broker.Sessions;

/// <summary>What every session of one broker needs around it.</summary>
internal sealed record SessionHome(MqttOptions Options, BrokerCounts Counts, SessionStore Store, BacklogLoop Backlog, ILogger Log);
