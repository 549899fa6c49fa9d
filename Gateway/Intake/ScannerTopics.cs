using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Intake;

/// <summary>The scanners' topics of the contract, and what their payloads mean.</summary>
internal static class ScannerTopics
{
    private const int MaxSlot = 65_535;

    private enum Presence
    {
        Online,
        Offline,
    }

    private enum Outcome
    {
        Success,
        Error,
    }

    /// <summary>Null when the topic is none of them; then the message is ordinary MQTT.</summary>
    /// <exception cref="MalformedMessageException">The topic is one of them, but its payload is not.</exception>
    public static ScannerMessage? Read(string topic, ReadOnlyMemory<byte> payload, DateTimeOffset received)
    {
        if (!topic.StartsWith("scanners/", StringComparison.Ordinal))
        {
            return null;
        }

        return topic.Split('/') switch
        {
            [_, var device, "status"] => Status(Id(device), PayloadReader.Open(payload)),
            [_, var device, "acks"] => Answer(Id(device), topic, PayloadReader.Open(payload), received),
            [_, var device, "enrollments", var enrollment, "result"] => Result(Id(device), enrollment, topic, PayloadReader.Open(payload), received),
            [_, var device, "enrollments", var enrollment, "scans", var step] =>
                Scan(Id(device), enrollment, step, topic, PayloadReader.Open(payload), received),
            _ => null,
        };
    }

    private static string Id(string device) =>
        DeviceId.IsValid(device)
            ? device
            : throw new MalformedMessageException($"'{device}' in the topic is no device id: lower-case letters, digits and -, at most 32");

    private static StatusMessage Status(string device, PayloadReader payload)
    {
        payload.Text("id");
        var isOnline = payload.Choice<Presence>("state") == Presence.Online;
        var report = new DeviceReport(
            payload.OptionalText("firmware"),
            payload.OptionalChoice<SensorHealth>("sensor"),
            payload.OptionalNumber("capacity", 1, MaxSlot + 1),
            payload.OptionalNumber("stored", 0, MaxSlot + 1));
        payload.OptionalNumber("rssi", -200, 100);
        payload.OptionalLong("uptime", 0, long.MaxValue);
        return new(device, isOnline, report);
    }

    private static AnswerMessage Answer(string device, string topic, PayloadReader payload, DateTimeOffset received)
    {
        var source = Source(device, payload, received);
        var command = payload.Text("command");
        var ok = payload.Flag("ok");
        return new(device, source.Id, $"{topic} {command} {ok}", command, ok, payload.OptionalText("reason"), source);
    }

    private static EnrollmentMessage Scan(string device, string enrollment, string stepText, string topic, PayloadReader payload, DateTimeOffset received)
    {
        var source = Source(device, payload, received);
        var step = payload.Number("step", int.MinValue, int.MaxValue);
        if (stepText != step.ToString())
        {
            throw new MalformedMessageException($"step is {step}, but the topic says {stepText}");
        }

        var status = payload.Choice<ScanStatus>("status");
        var slot = payload.Number("slot", 0, MaxSlot);
        var input = new ScanReported(
            status, step, payload.Number("of", 1, int.MaxValue), slot, payload.OptionalNumber("quality", 0, MaxSlot), payload.OptionalText("reason"), source);
        return new(device, source.Id, $"{topic} {status} {slot}", enrollment, input);
    }

    private static EnrollmentMessage Result(string device, string enrollment, string topic, PayloadReader payload, DateTimeOffset received)
    {
        var source = Source(device, payload, received);
        var isSuccess = payload.Choice<Outcome>("status") == Outcome.Success;
        var slot = payload.Number("slot", 0, MaxSlot);
        return new(device, source.Id, $"{topic} {isSuccess} {slot}", enrollment, new ResultReported(isSuccess, slot, payload.OptionalText("reason"), source));
    }

    private static EventSource Source(string device, PayloadReader payload, DateTimeOffset received) =>
        new(device, payload.Text("id"), payload.OptionalLong("uptime", 0, long.MaxValue), received);
}
