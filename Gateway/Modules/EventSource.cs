namespace Gateway.Modules;

/// <summary>Where an event came from, when it came from a scanner's message.</summary>
/// <param name="Received">When the service had it.</param>
internal sealed record EventSource(string Device, string Id, long? Uptime, DateTimeOffset Received);
