using Gateway.Journal;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Modules.Mappings;

/// <summary>What a sketch said, in our words as far as its payload goes; the rest is known only to the journal.</summary>
internal sealed record MappedReport
{
    public required string Topic { get; init; }

    public required string Status { get; init; }

    /// <summary>Null where the sketch numbers nothing: then its enrollment, step and status are the key.</summary>
    public string? Id { get; init; }

    /// <summary>Null is the one that the scanner is at.</summary>
    public string? Enrollment { get; init; }

    public int? Step { get; init; }

    public int? Percent { get; init; }

    public int? Of { get; init; }

    public int? Slot { get; init; }

    public int? Quality { get; init; }

    public string? Reason { get; init; }

    public long? Uptime { get; init; }

    public required Arrival Arrival { get; init; }
}

/// <summary>A mapped message: made whole and looked up by its key inside the transaction, then carried out as if the scanner had spoken our language.</summary>
internal sealed record MappedMessage(string Device, MappedReport Report) : ModuleMessage(Device, Scope: "", Key: null, Fingerprint: "")
{
    public new string Device { get; } = Device;

    public required Enrollments.Enrollments Enrollments { get; init; }

    public required CommandPost Post { get; init; }

    public override Refusal? Admit(JournalTransaction transaction) =>
        Report.Arrival.IsAnonymous || Devices.Devices.Find(transaction, Device) is not null
            ? null
            : new(RefusalCode.UnknownDevice, $"scanner {Device} is not registered");

    public override Carried Carry(JournalTransaction transaction)
    {
        var isOnline = Report.Status != "offline";
        if (Report.Status is "online" or "offline" || IsNewHere(transaction))
        {
            var (refusal, _) = Devices.Devices.OnStatus(transaction, Device, isOnline, DeviceReport.Nothing, Report.Arrival.IsAnonymous);
            if (refusal is not null || Report.Status is "online" or "offline")
            {
                return new(refusal);
            }
        }

        if ((Report.Enrollment ?? EnrollmentRecords.Holder(transaction, Device)) is not { } enrollment)
        {
            return new(new(RefusalCode.UnknownEnrollment, $"scanner {Device} is at no enrollment now"));
        }

        return Carry(transaction, enrollment, EnrollmentDesk.Find(transaction, enrollment));
    }

    // Where nobody has to say who they are, whatever a scanner says shows that it is there.
    private bool IsNewHere(JournalTransaction transaction) =>
        Report.Arrival.IsAnonymous && Devices.Devices.Find(transaction, Device) is not { Online: true };

    private Carried Carry(JournalTransaction transaction, string enrollment, EnrollmentState? state)
    {
        var isResult = Report.Status is "success" or "error";
        if (Report is { Status: "progress", Step: null, Percent: 0 })
        {
            // Sketches begin their bar so.
            return new(IsRepeat: true);
        }

        var step = isResult ? 0 : StepIn(state) ?? 0;
        if (step == 0 && !isResult)
        {
            return new(new(RefusalCode.Malformed, "step is missing"));
        }

        var slot = Report.Slot ?? state?.Slot ?? 0;
        var key = Report.Id ?? $"{enrollment}/{step}/{Report.Status}";
        var fingerprint = $"{Report.Topic} {enrollment} {Report.Status} {step} {slot}";
        var scope = $"devices/{Device}";
        if (transaction.Seen(scope, key) is { } seen)
        {
            return seen.Fingerprint == fingerprint
                ? new(IsRepeat: true)
                : new(new(RefusalCode.IdReused, $"id {key} was used before for: {seen.Fingerprint}"));
        }

        var source = new EventSource(Device, key, Report.Uptime, Report.Arrival.Received);
        ScannerReported input = isResult
            ? new ResultReported(Report.Status == "success", slot, Report.Reason, source)
            : new ScanReported(StatusOf(Report.Status), step, Report.Of ?? state?.Scans ?? step, slot, Report.Quality, Report.Reason, source);
        var heard = Heard(transaction, enrollment);
        var carried = new EnrollmentMessage(Device, key, fingerprint, enrollment, input) { Enrollments = Enrollments }.Carry(transaction);
        transaction.Remember(scope, key, carried.Position, fingerprint);
        return carried with
        {
            Completed = () =>
            {
                heard?.Invoke();
                carried.Completed?.Invoke();
            },
        };
    }

    /// <summary>Such a sketch answers no command; that it speaks of the enrollment shows that it heard, and it is not told again.</summary>
    private Action? Heard(JournalTransaction transaction, string enrollment)
    {
        if (EnrollmentRecords.Find<OpenEnrollment>(transaction, EnrollmentRecords.Open, enrollment)?.Command is not { } command
            || DeviceCommand.Find(transaction, command) is not { } open || open.Device != Device)
        {
            return null;
        }

        open.Drop(transaction);
        return () => Post.Dropped(command);
    }

    private int? StepIn(EnrollmentState? state) => Report switch
    {
        { Step: { } step } => step,
        { Percent: { } percent, Status: "progress" } when (Report.Of ?? state?.Scans) is { } of => (int)Math.Round(percent * of / 100.0),
        { Status: "waiting" or "retry" } => state is null ? 1 : Math.Min(state.Captured + 1, state.Scans),
        _ => null,
    };

    private static ScanStatus StatusOf(string status) => status switch
    {
        "waiting" => ScanStatus.Waiting,
        "retry" => ScanStatus.Retry,
        _ => ScanStatus.Progress,
    };
}
