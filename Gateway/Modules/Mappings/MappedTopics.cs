using System.Globalization;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Modules.Mappings;

/// <summary>Reads what sketches publish on topics of their own.</summary>
internal sealed class MappedTopics(Mappings mappings, Enrollments.Enrollments enrollments, CommandPost post) : IModuleTopics
{
    private const string DeviceOwner = "device:";

    public ModuleMessage? Read(string topic, ReadOnlyMemory<byte> payload, Arrival arrival)
    {
        if (mappings.Find(topic) is not var (mapping, captured))
        {
            return null;
        }

        var user = arrival.Owner.StartsWith(DeviceOwner, StringComparison.Ordinal) ? arrival.Owner[DeviceOwner.Length..] : null;
        var device = mapping.DeviceOf(captured, user)
            ?? throw new MalformedMessageException("its mapping takes the device from the user name, and that is none");
        var body = new MappedPayload(payload, mapping.Options.Fields);
        var theirs = body.Text("status") ?? MappingOptions.Any;
        var status = mapping.StatusOf(theirs) ?? throw new MalformedMessageException($"status is '{theirs}', which the mapping does not know");
        return new MappedMessage(DeviceMessage.Id(device), new()
        {
            Topic = topic,
            Status = status,
            Id = body.Text("id"),
            Enrollment = EnrollmentOf(mapping.Options.Enrollment, body, captured),
            Step = (int?)body.Number("step", 1, int.MaxValue) ?? Captured(captured, MappingLevel.Step),
            Percent = (int?)body.Number("percent", 0, 100),
            Of = (int?)body.Number("of", 1, int.MaxValue),
            Slot = ((int?)body.Number("slot", 0, DeviceTopics.MaxSlot) ?? Captured(captured, MappingLevel.Slot)) - mapping.Options.SlotOffset,
            Quality = (int?)body.Number("quality", 0, DeviceTopics.MaxSlot),
            Reason = body.Text("reason"),
            Uptime = body.Number("uptime", 0, long.MaxValue),
            Arrival = arrival,
        })
        {
            Enrollments = enrollments,
            Post = post,
        };
    }

    private static string? EnrollmentOf(string how, MappedPayload body, Dictionary<string, string> captured) => how switch
    {
        MappingOptions.Running => null,
        $"{{{MappingLevel.Enrollment}}}" => captured[MappingLevel.Enrollment],
        var field => body.TextAt(field) ?? throw new MalformedMessageException($"{field} is missing, which names the enrollment"),
    };

    private static int? Captured(Dictionary<string, string> captured, string name) => !captured.TryGetValue(name, out var text) ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new MalformedMessageException($"{name} in the topic is '{text}', which is no number");
}
