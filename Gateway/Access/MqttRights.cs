using Gateway.Broker;

namespace Gateway.Access;

/// <summary>The right to everything but what Access:Deny names.</summary>
internal sealed class OpenRights(Identity identity, DenyList? deny) : IClientRights
{
    public Identity Identity { get; } = identity;

    public string Owner => Identity.Owner;

    public bool MayUseClientId(string clientId) => true;

    public bool MayPublish(string topic) => deny?.Publish(topic) != true;

    public bool MaySubscribe(string filter) => deny?.Subscribe(filter) != true;

    public bool MayReceive(string topic) => deny?.RestrictsReceiving != true || !deny.Subscribe(topic);
}

/// <summary>A scanner's rights: its own five topics out, its commands in, nothing else.</summary>
internal sealed class DeviceRights(string device, DenyList deny) : IClientRights
{
    private readonly string _prefix = $"scanners/{device}/";

    public string Device { get; } = device;

    public string Owner { get; } = Identity.Device(device).Owner;

    // A client id that is a device's belongs to that device; what its firmware calls itself beyond that is its own affair.
    public bool MayUseClientId(string clientId) => true;

    public bool MayPublish(string topic) => IsOwn(topic) && !deny.Publish(topic);

    public bool MaySubscribe(string filter) => IsCommands(filter) && !deny.Subscribe(filter);

    public bool MayReceive(string topic) => !deny.RestrictsReceiving || !deny.Subscribe(topic);

    private bool IsCommands(string filter) => filter.Length == _prefix.Length + 8 && filter.StartsWith(_prefix, StringComparison.Ordinal)
        && filter.EndsWith("commands", StringComparison.Ordinal);

    private bool IsOwn(string topic)
    {
        if (!topic.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return false;
        }

        return topic[_prefix.Length..].Split('/') switch
        {
            ["status" or "identifications" or "acks"] => true,
            ["enrollments", _, "result"] => true,
            ["enrollments", _, "scans", _] => true,
            _ => false,
        };
    }
}
