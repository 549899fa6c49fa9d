using Gateway.Journal;

namespace Gateway.Modules.Devices;

/// <summary>A message that a scanner sent, known again by its (device, id) for ever.</summary>
internal abstract record DeviceMessage(string Device, string? Key, string Fingerprint) : ModuleMessage(Device, $"devices/{Device}", Key, Fingerprint)
{
    public new string Device { get; } = Device;

    /// <summary>The levels of a topic under <c>scanners/</c>; empty when it is not there.</summary>
    public static string[] Split(string topic) => topic.StartsWith("scanners/", StringComparison.Ordinal) ? topic.Split('/') : [];

    public static string StatusTopic(string device) => $"scanners/{device}/status";

    /// <exception cref="MalformedMessageException">It is no device id.</exception>
    public static string Id(string device) =>
        DeviceId.IsValid(device)
            ? device
            : throw new MalformedMessageException($"'{device}' in the topic is no device id: lower-case letters, digits and -, at most 32");

    public static EventSource SourceOf(string device, PayloadReader payload, Arrival arrival) =>
        new(device, payload.Text("id"), payload.OptionalLong("uptime", 0, long.MaxValue), arrival.Received);

    public override Refusal? Admit(JournalTransaction transaction) =>
        Devices.Find(transaction, Device) is null ? new(RefusalCode.UnknownDevice, $"scanner {Device} is not registered") : null;
}

/// <summary>The last one wins, so it bears no key; and it may make its scanner known, so it is admitted before that is.</summary>
internal sealed record StatusMessage(EventSource Source, bool IsOnline, DeviceReport Report, bool IsAnonymous) : DeviceMessage(Source.Device, null, "")
{
    public required IEnumerable<IDeviceListener> Listeners { get; init; }

    public required Action Heard { get; init; }

    public override Refusal? Admit(JournalTransaction transaction) => null;

    public override Carried Carry(JournalTransaction transaction)
    {
        if (!IsOnline && Devices.WasDeleted(transaction, Device))
        {
            // The last word of a connection that the deletion closed: neither news nor a misfit.
            return new(IsRepeat: true);
        }

        if (IsOnline)
        {
            DeviceClock.Set(transaction, Source);
        }

        var (refusal, hasTurned) = Devices.OnStatus(transaction, Device, IsOnline, Report with { Source = Source }, IsAnonymous);
        var rest = hasTurned ? Listeners.Turned(transaction, Device, IsOnline) : null;
        var reported = refusal is null && IsOnline && Report.Firmware is { } firmware ? Listeners.Reported(transaction, Device, firmware) : null;
        return new(refusal, Completed: () =>
        {
            // An `offline` is mostly the broker's word, spoken for a scanner that is not there.
            if (refusal is null && IsOnline)
            {
                Heard();
            }

            rest?.Invoke();
            reported?.Invoke();
        });
    }
}

internal sealed record AnswerMessage(EventSource Source, string Fingerprint, string Command, bool Ok, string? Reason)
    : DeviceMessage(Source.Device, Source.Id, Fingerprint)
{
    public required CommandPost Post { get; init; }

    public required IEnumerable<IAnswerListener> Listeners { get; init; }

    public override Carried Carry(JournalTransaction transaction)
    {
        var (answered, command) = Devices.OnAnswer(transaction, this);
        if (command is null)
        {
            return new(null, answered.Position);
        }

        var rest = Listeners.Select(listener => listener.Answered(transaction, command, this)).OfType<Action>().ToList();
        return new(null, answered.Position, () =>
        {
            Post.Dropped(command.Id);
            rest.ForEach(action => action());
        });
    }
}
