using Gateway.Access;
using Gateway.Broker;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Mappings;

/// <summary>Sketches that were not written for this service: their topics are taken in, and commands are said in their words.</summary>
internal sealed class Mappings(IReadOnlyList<MappingOptions> options) : IDeviceTopics, ICommandTranslation
{
    private readonly Mapping[] _all = [.. options.Select(one => new Mapping(one))];

    public bool MayPublish(string device, string topic) =>
        Find(topic) is var (mapping, captured) && mapping.DeviceOf(captured, device) == device;

    public bool MaySubscribe(string device, string filter) => Array.Exists(_all, mapping => mapping.CommandTopicOf(device) == filter);

    /// <summary>The first that matches, and what it captures.</summary>
    public (Mapping Mapping, Dictionary<string, string> Captured)? Find(string topic)
    {
        foreach (var mapping in _all)
        {
            if (mapping.Match(topic) is { } captured)
            {
                return (mapping, captured);
            }
        }

        return null;
    }

    public IEnumerable<(string Topic, byte[] Payload)> Translate(DeviceCommand command, DateTimeOffset now)
    {
        var said = new HashSet<string>();
        foreach (var mapping in _all)
        {
            // Several mappings of one sketch may name the same place for commands: it is told once.
            if (mapping.CommandTopicOf(command.Device) is { } topic && mapping.Translate(command, now) is { } payload && said.Add(topic))
            {
                yield return (topic, payload);
            }
        }
    }
}

internal static class MappingsComposition
{
    public static IServiceCollection AddMappings(this IServiceCollection services) => services
        .AddSingleton<Mappings>().AddSingleton<IDeviceTopics>(provider => provider.GetRequiredService<Mappings>())
        .AddSingleton<ICommandTranslation>(provider => provider.GetRequiredService<Mappings>())
        .AddSingleton<MappedSubscribers>().AddSingleton<IModuleTopics, MappedTopics>();
}

/// <summary>A sketch that subscribes where it waits for commands is told what it has not heard.</summary>
internal sealed class MappedSubscribers(Mappings mappings, CommandPost post) : IConnectionListener
{
    public void Connected(ClientConnection connection)
    {
        // Its subscription is what counts.
    }

    public void Disconnected(ClientConnection connection)
    {
        // Nothing is kept of it.
    }

    public void Subscribed(ClientConnection connection, string filter)
    {
        if (connection.Rights is MqttRights { Identity: { Kind: IdentityKind.Device } identity } && mappings.MaySubscribe(identity.Name, filter))
        {
            post.SendAgain(identity.Name);
        }
    }
}
