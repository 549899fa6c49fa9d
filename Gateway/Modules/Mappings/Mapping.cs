using System.Globalization;
using System.Text;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Mappings;

/// <summary>One entry of the settings, ready for use.</summary>
internal sealed class Mapping(MappingOptions options)
{
    private readonly IReadOnlyList<MappingLevel> _levels = MappingLevel.Parse(options.Topic)!;

    private readonly Dictionary<string, string> _statuses = options.Statuses
        .SelectMany(entry => entry.Value.Split('|').Select(theirs => (Theirs: theirs, Ours: entry.Key)))
        .DistinctBy(pair => pair.Theirs).ToDictionary(pair => pair.Theirs, pair => pair.Ours);

    public MappingOptions Options => options;

    public Dictionary<string, string>? Match(string topic) => MappingLevel.Match(_levels, topic);

    /// <summary>Our name; null when theirs stands for nothing here.</summary>
    public string? StatusOf(string theirs) => _statuses.GetValueOrDefault(theirs) ?? _statuses.GetValueOrDefault(MappingOptions.Any);

    /// <param name="user">The device that is connected; null when nobody had to say who they are, or it is no device.</param>
    public string? DeviceOf(Dictionary<string, string> captured, string? user) => options.Device switch
    {
        MappingOptions.User => user,
        $"{{{MappingLevel.Device}}}" => captured[MappingLevel.Device],
        var one => one,
    };

    public string? CommandTopicOf(string device) =>
        options.Device is MappingOptions.User or $"{{{MappingLevel.Device}}}" || options.Device == device
            ? options.CommandTopic?.Replace($"{{{MappingLevel.Device}}}", device, StringComparison.Ordinal)
            : null;

    /// <summary>Null when they know no such command.</summary>
    public byte[]? Translate(DeviceCommand command, DateTimeOffset now)
    {
        if (!options.Commands.TryGetValue(command.Do, out var text))
        {
            return null;
        }

        (string Name, object? Value)[] values =
        [
            ("slot", command.Slot + options.SlotOffset), ("enrollment", command.Enrollment), ("scans", command.Scans), ("from", command.From),
            ("expiresIn", (long)Math.Ceiling((command.ExpiresAt - now).TotalSeconds)), ("id", command.Id), ("device", command.Device),
        ];
        foreach (var (name, value) in values)
        {
            text = text.Replace($"{{{name}}}", Convert.ToString(value, CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        return Encoding.UTF8.GetBytes(text);
    }
}
