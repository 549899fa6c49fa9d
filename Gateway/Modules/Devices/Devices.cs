using System.Collections.Concurrent;
using Gateway.Access;
using Gateway.Broker;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Devices;

/// <summary>The scanners: who they are, whether they are there, and how they answer.</summary>
internal sealed class Devices(
    IJournal journal, CommandPost post, AccessOptions access, IEnumerable<IDeviceListener> listeners, ILogger<Devices> log) : IConnectionListener
{
    public const string Kind = "devices";
    public const string DefaultSite = "main";

    // Open connections by device, only those that were authenticated as it.
    private readonly ConcurrentDictionary<string, int> _connections = new();

    public static ChannelName ChannelOf(string device) => ChannelName.Of(Kind, device);

    /// <summary>The scanner as far as this transaction knows it; null when it was never there or is deleted.</summary>
    public static DeviceState? Find(JournalTransaction transaction, string device) =>
        DeviceId.IsValid(device) && transaction.State<DeviceState>(ChannelOf(device)) is { Exists: true } state ? state : null;

    public static StoredEvent Register(JournalTransaction transaction, string device, string site, string? location) =>
        transaction.Append(ChannelOf(device), EventDraft.Of(DeviceEvents.Registered, new DeviceEvents.RegisteredData(site, location)));

    /// <summary>The scanner as it is called from now on; null when there is none.</summary>
    public static DeviceState? Rename(JournalTransaction transaction, string device, string location)
    {
        if (Find(transaction, device) is { } state && state.Location != location)
        {
            transaction.Append(ChannelOf(device), EventDraft.Of(DeviceEvents.Changed, new DeviceEvents.RenamedData(location)));
        }

        return Find(transaction, device);
    }

    /// <summary>At start nobody is connected: what was online when the service ended is not any more.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        post.Load();
        long? before = null;
        do
        {
            var page = await journal.ListAsync(Kind, before, limit: 500, cancellation);
            foreach (var item in page.Items)
            {
                var device = item.Channel.Id;
                if (ContractJson.Read<DeviceState>(item.State.Span).Exists)
                {
                    Reconcile(device);
                }
                else
                {
                    Clear(device);
                }
            }

            before = page.Next;
        }
        while (before is not null);
    }

    public void Connected(ClientConnection connection)
    {
        if (connection.Rights is MqttRights { Identity: { Kind: IdentityKind.Device } device })
        {
            _connections.AddOrUpdate(device.Name, 1, static (_, count) => count + 1);
            Reconcile(device.Name);
        }
    }

    public void Disconnected(ClientConnection connection)
    {
        if (connection.Rights is MqttRights { Identity: { Kind: IdentityKind.Device } device })
        {
            _connections.AddOrUpdate(device.Name, 0, static (_, count) => count - 1);
            Reconcile(device.Name);
        }
    }

    public void Subscribed(ClientConnection connection, string filter)
    {
        if (filter.Split('/') is ["scanners", var device, "commands"] && DeviceId.IsValid(device))
        {
            post.SendAgain(device);
        }
    }

    /// <summary>It was there once, and has not been registered again since.</summary>
    public static bool WasDeleted(JournalTransaction transaction, string device) => transaction.State<DeviceState>(ChannelOf(device)) is { Exists: false };

    /// <summary>What a status message makes of a scanner. Where nobody has to say who they are, being named in the topic makes one.</summary>
    public static (Refusal? Refusal, bool HasTurned) OnStatus(
        JournalTransaction transaction, string device, bool isOnline, DeviceReport report, bool isAnonymous)
    {
        var state = Find(transaction, device);
        if (state is null)
        {
            if (!isAnonymous)
            {
                return (new(RefusalCode.UnknownDevice, $"scanner {device} is not registered"), false);
            }

            Register(transaction, device, DefaultSite, location: null);
            state = Find(transaction, device)!;
        }

        var counted = report.Stored is { } stored ? report with { Known = DeviceSlots.Expected(transaction, device, stored) } : report;

        // Who is authenticated is online by being connected; a named one by what it says, its will included.
        if (isAnonymous && isOnline != state.Online)
        {
            Append(transaction, device, isOnline ? DeviceEvents.Online : DeviceEvents.Offline, counted);
            return (null, true);
        }

        if (counted.NewsTo(state) is { } news)
        {
            Append(transaction, device, DeviceEvents.Changed, news);
        }

        return (null, false);
    }

    /// <summary>Records the answer; the command, when it was still open, is done with, and a slot that was to be emptied is free.</summary>
    public static (StoredEvent Answered, DeviceCommand? Command) OnAnswer(JournalTransaction transaction, AnswerMessage answer)
    {
        var (device, at) = (answer.Device, DeviceClock.Date(transaction, answer.Source));
        var data = new DeviceEvents.AnsweredData(answer.Command, answer.Ok, answer.Reason, answer.Source);
        var answered = transaction.Append(ChannelOf(device), EventDraft.Of(DeviceEvents.Answered, data, at));
        if (DeviceCommand.Find(transaction, answer.Command) is not { } open || open.Device != device)
        {
            return (answered, null);
        }

        open.Drop(transaction);
        if (answer.Ok && open is { Do: DeviceCommand.Delete, Slot: { } slot })
        {
            DeviceSlots.Free(transaction, device, slot);
        }

        return (answered, open);
    }

    /// <summary>The scanner is gone with all it had: enrollment, slots, secret, commands. What is left to do comes after the commit.</summary>
    public Action? Delete(JournalTransaction transaction, string device, string by)
    {
        if (Find(transaction, device) is null)
        {
            return null;
        }

        var rest = listeners.Deleting(transaction, device);
        transaction.Append(ChannelOf(device), EventDraft.Of(DeviceEvents.Deleted, new DeviceEvents.DeletedData(by)));
        DeviceSlots.FreeAll(transaction, device);
        DeviceClock.Forget(transaction, device);
        DeviceSecrets.Remove(transaction, device);
        foreach (var command in post.Unanswered(device))
        {
            command.Drop(transaction);
        }

        return () =>
        {
            rest?.Invoke();
            post.Forget(device);
            Clear(device);
        };
    }

    // Done anew at each start, so that a crash in between leaves nothing behind.
    private void Clear(string device) => post.Clear([DeviceMessage.StatusTopic(device)]);

    private static void Append(JournalTransaction transaction, string device, string type, DeviceReport report) =>
        transaction.Append(ChannelOf(device), EventDraft.Of(type, report));

    // Where nobody has to say who they are, a scanner that never connected by its secret is online by its last status, over restarts as well.
    private bool IsJudgedByConnection(string device) => !access.Anonymous || _connections.ContainsKey(device);

    // Whatever order events arrive in, the last reconciliation sees the connections as they are.
    private void Reconcile(string device)
    {
        string? became = null;
        Action? rest = null;
        journal.Write(
            transaction =>
            {
                (became, rest) = (null, null);
                var isConnected = _connections.GetValueOrDefault(device) > 0;
                if (Find(transaction, device) is { } state && state.Online != isConnected && IsJudgedByConnection(device))
                {
                    became = isConnected ? DeviceEvents.Online : DeviceEvents.Offline;
                    Append(transaction, device, became, DeviceReport.Nothing);
                    rest = listeners.Turned(transaction, device, isConnected);
                }
            },
            failure =>
            {
                if (failure is not null)
                {
                    ModuleLog.NotWritten(log, failure, device);
                    if (failure is JournalUnavailableException { IsLasting: false })
                    {
                        Reconcile(device);
                    }
                }
                else if (became is not null)
                {
                    ModuleLog.DevicePresence(log, device, became);
                    rest?.Invoke();
                }
            });
    }
}

/// <summary>[a-z0-9][a-z0-9-]{0,31}</summary>
internal static class DeviceId
{
    public static bool IsValid(string? id)
    {
        if (id is null || id.Length is 0 or > 32 || id[0] == '-')
        {
            return false;
        }

        foreach (var c in id)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }
}
