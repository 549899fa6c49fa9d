using Gateway.Journal;

namespace Gateway.Modules.Devices;

/// <summary>What scanners say of themselves: their status, and their answers to commands.</summary>
internal sealed class DeviceTopics(
    CommandPost post, DeviceFigures figures, IEnumerable<IAnswerListener> listeners, IEnumerable<IDeviceListener> deviceListeners) : IModuleTopics
{
    public const int MaxSlot = 65_535;

    private enum Presence
    {
        Online,
        Offline,
    }

    public ModuleMessage? Read(string topic, ReadOnlyMemory<byte> payload, Arrival arrival) => DeviceMessage.Split(topic) switch
    {
        [_, var device, "status"] => Status(DeviceMessage.Id(device), PayloadReader.Open(payload), arrival),
        [_, var device, "acks"] => Answer(DeviceMessage.Id(device), topic, PayloadReader.Open(payload), arrival),
        _ => null,
    };

    private StatusMessage Status(string device, PayloadReader payload, Arrival arrival)
    {
        var source = DeviceMessage.SourceOf(device, payload, arrival);
        var isOnline = payload.Choice<Presence>("state") == Presence.Online;
        var report = new DeviceReport(
            payload.OptionalText("firmware"),
            payload.OptionalChoice<SensorHealth>("sensor"),
            payload.OptionalNumber("capacity", 1, MaxSlot + 1),
            payload.OptionalNumber("stored", 0, MaxSlot + 1));
        var rssi = payload.OptionalNumber("rssi", -200, 100);
        return new(source, isOnline, report, arrival.IsAnonymous)
        {
            Listeners = deviceListeners,
            Heard = () => figures.Heard(device, source.Received, rssi),
        };
    }

    private AnswerMessage Answer(string device, string topic, PayloadReader payload, Arrival arrival)
    {
        var source = DeviceMessage.SourceOf(device, payload, arrival);
        var command = payload.Text("command");
        var ok = payload.Flag("ok");
        return new(source, $"{topic} {command} {ok}", command, ok, payload.OptionalText("reason"))
        {
            Post = post,
            Listeners = listeners,
        };
    }
}

/// <summary>Who asked for a command hears of its answer, inside the transaction that records it.</summary>
internal interface IAnswerListener
{
    /// <summary>What is to be done after the commit; null is nothing.</summary>
    Action? Answered(JournalTransaction transaction, DeviceCommand command, AnswerMessage answer);
}

/// <summary>Who depends on a scanner's presence hears of it inside the transaction that records it; what is given back is done after the commit.</summary>
internal interface IDeviceListener
{
    Action? Turned(JournalTransaction transaction, string device, bool isOnline);

    /// <summary>Before the scanner is gone: what others have there ends.</summary>
    Action? Deleting(JournalTransaction transaction, string device);

    /// <summary>A status said which firmware it is, news or not.</summary>
    Action? Reported(JournalTransaction transaction, string device, string firmware) => null;
}

internal static class DeviceListeners
{
    public static Action? Turned(this IEnumerable<IDeviceListener> listeners, JournalTransaction transaction, string device, bool isOnline) =>
        Together(listeners.Select(listener => listener.Turned(transaction, device, isOnline)));

    public static Action? Deleting(this IEnumerable<IDeviceListener> listeners, JournalTransaction transaction, string device) =>
        Together(listeners.Select(listener => listener.Deleting(transaction, device)));

    public static Action? Reported(this IEnumerable<IDeviceListener> listeners, JournalTransaction transaction, string device, string firmware) =>
        Together(listeners.Select(listener => listener.Reported(transaction, device, firmware)));

    private static Action? Together(IEnumerable<Action?> actions)
    {
        var all = actions.OfType<Action>().ToList();
        return all.Count == 0 ? null : () => all.ForEach(action => action());
    }
}
