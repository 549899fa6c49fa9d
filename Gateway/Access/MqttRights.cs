using Gateway.Broker;

namespace Gateway.Access;

/// <summary>What one identity may do over MQTT: the one decision, less what Access:Deny names, until the rights end.</summary>
/// <param name="refused">Told of each filter that they asked for and may not have; what they publish is told of with its verdict.</param>
internal sealed class MqttRights(
    Identity identity, DenyList deny, Func<string, bool> isDevice, IDeviceTopics? mapped = null, Action<string>? refused = null,
    CancellationToken ended = default)
    : IClientRights
{
    private readonly bool _isAdmin = identity.Kind == IdentityKind.Admin;

    public Identity Identity => identity;

    public string Owner => identity.Owner;

    public CancellationToken Ended => ended;

    // What the settings say of a sketch's own topics extends the rights of the device whose topics they are.
    private bool IsMapped => mapped is not null && identity.Kind == IdentityKind.Device;

    /// <summary>A client id that is a device's belongs to that device, unless it is the admin who takes it.</summary>
    public bool MayUseClientId(string clientId) => identity.Kind switch
    {
        IdentityKind.Admin or IdentityKind.Anonymous => true,
        IdentityKind.Device => clientId == identity.Name || !isDevice(clientId),
        _ => !isDevice(clientId),
    };

    /// <summary>What was left there before the device was registered, or by an admin who tried something, does not keep it out.</summary>
    public bool OwnsClientId(string clientId) => identity.Kind == IdentityKind.Device && clientId == identity.Name;

    public bool MayPublish(string topic) =>
        (Rights.Allow(identity, Verb.Publish, Resource.OfTopic(topic)) || (IsMapped && mapped!.MayPublish(identity.Name, topic)))
        && (_isAdmin || !deny.Publish(topic)) && !ended.IsCancellationRequested;

    public bool MaySubscribe(string filter)
    {
        var may = IsSubscribable(filter);
        if (!may)
        {
            refused?.Invoke(filter);
        }

        return may;
    }

    public bool MayReceive(string topic) => (_isAdmin || !deny.RestrictsReceiving || !deny.Subscribe(topic)) && !ended.IsCancellationRequested;

    private bool IsSubscribable(string filter) =>
        (Rights.Allow(identity, Verb.Subscribe, Resource.OfTopic(filter)) || (IsMapped && mapped!.MaySubscribe(identity.Name, filter)))
        && (_isAdmin || !deny.Subscribe(filter)) && !ended.IsCancellationRequested;
}
