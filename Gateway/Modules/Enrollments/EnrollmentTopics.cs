using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Enrollments;

/// <summary>What a scanner reports of an enrollment: its scans and its result.</summary>
internal sealed class EnrollmentTopics(Enrollments enrollments) : IModuleTopics
{
    private enum Outcome
    {
        Success,
        Error,
    }

    public ModuleMessage? Read(string topic, ReadOnlyMemory<byte> payload, Arrival arrival) => DeviceMessage.Split(topic) switch
    {
        [_, var device, "enrollments", var enrollment, "result"] => Result(DeviceMessage.Id(device), enrollment, topic, PayloadReader.Open(payload), arrival),
        [_, var device, "enrollments", var enrollment, "scans", var step] =>
            Scan(DeviceMessage.Id(device), enrollment, step, topic, PayloadReader.Open(payload), arrival),
        _ => null,
    };

    private EnrollmentMessage Scan(string device, string enrollment, string stepText, string topic, PayloadReader payload, Arrival arrival)
    {
        var source = DeviceMessage.SourceOf(device, payload, arrival);
        var step = payload.Number("step", int.MinValue, int.MaxValue);
        if (stepText != step.ToString())
        {
            throw new MalformedMessageException($"step is {step}, but the topic says {stepText}");
        }

        var status = payload.Choice<ScanStatus>("status");
        var slot = payload.Number("slot", 0, DeviceTopics.MaxSlot);
        var input = new ScanReported(
            status,
            step,
            payload.Number("of", 1, int.MaxValue),
            slot,
            payload.OptionalNumber("quality", 0, DeviceTopics.MaxSlot),
            payload.OptionalText("reason"),
            source);
        return new(device, source.Id, $"{topic} {status} {slot}", enrollment, input) { Enrollments = enrollments };
    }

    private EnrollmentMessage Result(string device, string enrollment, string topic, PayloadReader payload, Arrival arrival)
    {
        var source = DeviceMessage.SourceOf(device, payload, arrival);
        var isSuccess = payload.Choice<Outcome>("status") == Outcome.Success;
        var slot = payload.Number("slot", 0, DeviceTopics.MaxSlot);
        var input = new ResultReported(isSuccess, slot, payload.OptionalText("reason"), source);
        return new(device, source.Id, $"{topic} {isSuccess} {slot}", enrollment, input) { Enrollments = enrollments };
    }
}

internal sealed record EnrollmentMessage(string Device, string Key, string Fingerprint, string Enrollment, ScannerReported Input)
    : DeviceMessage(Device, Key, Fingerprint)
{
    public required Enrollments Enrollments { get; init; }

    public override Carried Carry(JournalTransaction transaction)
    {
        var (effects, refusal) = Enrollments.Apply(transaction, Enrollment, Input with { At = DeviceClock.Date(transaction, Input.Source) });
        return new(refusal, effects.Events.Count > 0 ? effects.Events[0].Position : 0, () => Enrollments.Done(effects), IsLast: effects.Clear is not null);
    }
}
