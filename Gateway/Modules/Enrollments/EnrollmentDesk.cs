using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.Enrollments;

/// <summary>What is to be done once a transaction is durable. Nothing here must be lost: each part is also kept as a record.</summary>
internal sealed record EnrollmentEffects
{
    public static readonly EnrollmentEffects None = new();

    public IReadOnlyList<DeviceCommand> Send { get; init; } = [];

    /// <summary>Commands that nobody needs to hear any more.</summary>
    public IReadOnlyList<string> Drop { get; init; } = [];

    /// <summary>The enrollment has ended: the scanner's retained topics are to be cleared.</summary>
    public Clearing? Clear { get; init; }

    /// <summary>Its state has been retained long enough as well.</summary>
    public Clearing? ClearState { get; init; }

    /// <summary>The enrollment whose next deadline may have moved.</summary>
    public string? Enrollment { get; init; }

    public DateTimeOffset? Deadline { get; init; }

    public IReadOnlyList<StoredEvent> Events { get; init; } = [];

    public EnrollmentState? State { get; init; }

    /// <summary>Where the state is the news, the seq that it is the fold of.</summary>
    public long? Seq { get; init; }
}

/// <summary>Carries out decisions inside a transaction: events, lease, slot, commands, all or nothing. Used only by the writer loop.</summary>
internal sealed class EnrollmentDesk(EnrollmentOptions options)
{
    public const string Kind = "enrollments";

    // A scanner that ended it as a success while it was away has to empty the slot when it is back.
    private static readonly TimeSpan CancelLifetime = TimeSpan.FromDays(30);

    private readonly EnrollmentTimes _times = options.Times;

    public static ChannelName ChannelOf(string enrollment) => ChannelName.Of(Kind, enrollment);

    public static EnrollmentState? Find(JournalTransaction transaction, string enrollment) =>
        ChannelName.TryParse($"{Kind}/{enrollment}", out var channel) ? transaction.State<EnrollmentState>(channel) : null;

    /// <summary>Either the effects of a new enrollment, or why it cannot be.</summary>
    public (EnrollmentEffects Effects, RequestRefusedException? Refusal) Request(
        JournalTransaction transaction, string device, string person, int scans, bool startNow)
    {
        if (Devices.Devices.Find(transaction, device) is not { } scanner)
        {
            return (EnrollmentEffects.None, RequestRefusedException.Unknown("device", device));
        }

        if (Obstacle(transaction, scanner) is { } obstacle)
        {
            return (EnrollmentEffects.None, obstacle);
        }

        var id = Guid.CreateVersion7(transaction.Now).ToString();
        if (DeviceSlots.Take(transaction, device, scanner.Capacity ?? DeviceState.AssumedCapacity, person, id) is not { } slot)
        {
            return (EnrollmentEffects.None, Conflict("slots_full", $"All slots of scanner {device} are taken; delete a finger first."));
        }

        EnrollmentRecords.Hold(transaction, device, id);
        var expiresAt = transaction.Now + options.Lease;
        var requested = transaction.Append(
            ChannelOf(id), EventDraft.Of(EnrollmentEvents.Requested, new EnrollmentEvents.RequestedData(device, person, slot, scans, expiresAt)));
        var state = Find(transaction, id)!;
        var open = new OpenEnrollment();
        var decision = startNow ? EnrollmentRules.Decide(state, open, new StartRequested(), _times, transaction.Now) : new([], open);
        var effects = Carry(transaction, state, decision);
        return (effects with { Events = [requested, .. effects.Events], Seq = transaction.Seq(ChannelOf(id)) }, null);
    }

    /// <summary>Decides and carries out; a refusal changes nothing.</summary>
    public (EnrollmentEffects Effects, Refusal? Refusal) Apply(JournalTransaction transaction, string enrollment, EnrollmentInput input)
    {
        if (Find(transaction, enrollment) is not { } state)
        {
            return (EnrollmentEffects.None, new(RefusalCode.UnknownEnrollment, $"there is no enrollment {enrollment}"));
        }

        if (state.IsTerminal && input is TimePassed)
        {
            return (Sweep(transaction, state), null);
        }

        var open = EnrollmentRecords.Find<OpenEnrollment>(transaction, EnrollmentRecords.Open, enrollment) ?? new OpenEnrollment();
        var decision = EnrollmentRules.Decide(state, open, input, _times, transaction.Now);
        return decision.Refusal is { } refusal ? (EnrollmentEffects.None, refusal) : (Carry(transaction, state, decision), null);
    }

    /// <summary>At start: what was committed may not have been published, or not have been cleared.</summary>
    public static EnrollmentEffects Resume(JournalTransaction transaction, string enrollment) => new()
    {
        State = Find(transaction, enrollment),
        Seq = transaction.Seq(ChannelOf(enrollment)),
        Clear = EnrollmentRecords.Find<Clearing>(transaction, EnrollmentRecords.Clearings, enrollment),
    };

    public DateTimeOffset? NextDeadline(EnrollmentState state, OpenEnrollment open) => EnrollmentRules.NextDeadline(state, open, _times);

    private static RequestRefusedException Conflict(string code, string detail, IReadOnlyDictionary<string, object?>? extra = null) =>
        new(StatusCodes.Status409Conflict, code, detail, extra: extra);

    private static RequestRefusedException? Obstacle(JournalTransaction transaction, DeviceState scanner)
    {
        if (!scanner.Online)
        {
            return Conflict("device_offline", $"Scanner {scanner.Id} is offline; check its power and Wi-Fi.");
        }

        if (scanner.HasFault)
        {
            var health = scanner.Sensor.ToString()!.ToLowerInvariant();
            return Conflict("sensor_fault", $"Scanner {scanner.Id} reports its sensor as {health}; check its wiring and power.");
        }

        if (EnrollmentRecords.Holder(transaction, scanner.Id) is { } holder && Find(transaction, holder) is { IsTerminal: false } busy)
        {
            return Conflict("device_busy", $"Scanner {scanner.Id} is enrolling {busy.Person}.", new Dictionary<string, object?>
            {
                ["holder"] = holder,
                ["expiresAt"] = busy.ExpiresAt,
                ["person"] = busy.Person,
            });
        }

        return null;
    }

    private EnrollmentEffects Carry(JournalTransaction transaction, EnrollmentState before, EnrollmentDecision decision)
    {
        var channel = ChannelOf(before.Id);
        var events = decision.Events.Select(draft => transaction.Append(channel, draft)).ToList();
        var state = Find(transaction, before.Id)!;
        if (state.IsTerminal)
        {
            return before.IsTerminal ? EnrollmentEffects.None : Close(transaction, before, state) with { Events = events, Seq = transaction.Seq(channel) };
        }

        var open = decision.Open!;
        List<DeviceCommand> send = [];
        List<string> drop = [];
        if (before.State == EnrollmentPhase.Requested && state.State != before.State)
        {
            // A scanner that took this one on has done with those before it, also where it answers no cancel.
            drop.AddRange(EnrollmentRecords.TakeCancels(transaction, state.Device));
        }

        if (decision.Start)
        {
            send.Add(Command(transaction, state, "enroll") with { Slot = state.Slot, Scans = state.Scans });
            open = open with { Command = send[0].Id };
        }

        if (decision.ResendFrom is { } from)
        {
            send.Add(Command(transaction, state, "resend") with { From = from });
            drop.AddRange(open.Resend is { } earlier ? [earlier] : []);
            open = open with { Resend = send[^1].Id };
        }

        drop.ForEach(id => DeviceCommand.Find(transaction, id)?.Drop(transaction));

        foreach (var command in send)
        {
            command.Keep(transaction);
        }

        EnrollmentRecords.Put(transaction, EnrollmentRecords.Open, state.Id, open);
        long? seq = events.Count > 0 ? transaction.Seq(channel) : null;
        return new() { Send = send, Drop = drop, Enrollment = state.Id, Deadline = NextDeadline(state, open), Events = events, State = state, Seq = seq };
    }

    /// <summary>After the end there is one thing left to wait for: that the retained state has been there long enough.</summary>
    private static EnrollmentEffects Sweep(JournalTransaction transaction, EnrollmentState state)
    {
        if (EnrollmentRecords.Find<Clearing>(transaction, EnrollmentRecords.Clearings, state.Id) is not { } clearing)
        {
            return EnrollmentEffects.None;
        }

        return transaction.Now < clearing.StateUntil
            ? new() { Enrollment = state.Id, Deadline = clearing.StateUntil, State = state }
            : new() { ClearState = clearing, State = state };
    }

    /// <summary>An end releases everything at once: lease, slot, commands, and, after the commit, the retained topics.</summary>
    private EnrollmentEffects Close(JournalTransaction transaction, EnrollmentState before, EnrollmentState state)
    {
        var open = EnrollmentRecords.Find<OpenEnrollment>(transaction, EnrollmentRecords.Open, state.Id);
        transaction.Documents.Remove(EnrollmentRecords.Open, state.Id);
        if (EnrollmentRecords.Holder(transaction, state.Device) == state.Id)
        {
            EnrollmentRecords.Release(transaction, state.Device);
        }

        if (state.State == EnrollmentPhase.Succeeded)
        {
            DeviceSlots.Keep(transaction, state.Device, state.Slot, state.Id);
        }
        else
        {
            DeviceSlots.Free(transaction, state.Device, state.Slot, state.Id);
        }

        var clearing = new Clearing(state.Device, state.Id, state.Scans, transaction.Now + options.KeepState);
        EnrollmentRecords.Put(transaction, EnrollmentRecords.Clearings, state.Id, clearing);
        string[] drop = [.. new[] { open?.Command, open?.Resend }.OfType<string>()];
        foreach (var told in drop)
        {
            DeviceCommand.Find(transaction, told)?.Drop(transaction);
        }

        List<DeviceCommand> send = [];

        // Either the scanner ended it itself, or it has to be told.
        if (open?.Command is not null && state.State is (EnrollmentPhase.Cancelled or EnrollmentPhase.Expired))
        {
            var cancel = Command(transaction, before, "cancel") with { ExpiresAt = transaction.Now + CancelLifetime };
            cancel.Keep(transaction);
            EnrollmentRecords.KeepCancel(transaction, cancel);
            send.Add(cancel);
        }

        return new() { Send = send, Drop = drop, Clear = clearing, Enrollment = state.Id, Deadline = clearing.StateUntil, State = state };
    }

    private static DeviceCommand Command(JournalTransaction transaction, EnrollmentState state, string @do) => new()
    {
        Id = transaction.NewId(),
        Device = state.Device,
        Do = @do,
        Enrollment = state.Id,
        ExpiresAt = state.ExpiresAt,
    };
}
