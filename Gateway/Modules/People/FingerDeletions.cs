using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;

namespace Gateway.Modules.People;

/// <summary>Has fingers of those who are forgotten deleted: a scanner that fails or says nothing is asked again until it has done it.</summary>
internal sealed class FingerDeletions(CommandPost post, IJournal journal, TimeProvider time, ILogger<FingerDeletions> log) : IAnswerListener, IAsyncDisposable
{
    // As good as for ever: a scanner in a drawer is asked whenever it is back. MQTT counts the seconds in 32 bits.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(36_500);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private PeriodicWork? _work;

    public static DeviceCommand Make(JournalTransaction transaction, string device, int slot, int refusals = 0) => new()
    {
        Id = transaction.NewId(),
        Device = device,
        Do = DeviceCommand.Delete,
        Slot = slot,
        Refusals = refusals,
        Next = transaction.Now + WaitAfter(refusals),
        ExpiresAt = transaction.Now + Lifetime,
    };

    /// <summary>Until it is said once more to a scanner that stays connected.</summary>
    public static TimeSpan WaitAfter(int refusals) => refusals switch
    {
        0 => Silence,
        > 10 => LongestWait,
        _ => TimeSpan.FromTicks(Math.Min(FirstWait.Ticks << (refusals - 1), LongestWait.Ticks)),
    };

    public void Start() => _work = new(Look, time, _ => AskAgainAsync());

    public Action? Answered(JournalTransaction transaction, DeviceCommand command, AnswerMessage answer)
    {
        if (command is not { Do: DeviceCommand.Delete, Device: var device, Slot: { } slot })
        {
            return null;
        }

        var others = post.Unanswered(device).Where(other => other.Do == DeviceCommand.Delete && other.Slot == slot && other.Id != command.Id).ToList();
        if (answer.Ok)
        {
            PeopleRecords.Disown(transaction, device, slot);
            ForgettingRecords.Told(transaction, device, slot, reason: null);

            // Said again later, they would delete the finger of whoever has the slot next.
            others.ForEach(other => other.Drop(transaction));
            return () => others.ForEach(other => post.Dropped(other.Id));
        }

        if (!ForgettingRecords.Told(transaction, device, slot, answer.Reason ?? "refused") || others.Count > 0)
        {
            return null;
        }

        var again = Make(transaction, device, slot, command.Refusals + 1);
        again.Keep(transaction);
        return () =>
        {
            post.Hold(again);
            PeopleLog.FingerNotDeleted(log, device, slot, answer.Reason ?? "refused", (int)WaitAfter(again.Refusals).TotalSeconds);
        };
    }

    // The container does so for each service that it is registered as.
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _work, null)?.DisposeAsync() ?? ValueTask.CompletedTask;

    // Whoever is away is asked when it subscribes.
    private async Task AskAgainAsync()
    {
        var now = time.GetUtcNow();
        var due = post.Due(now);
        if (due.Count == 0)
        {
            return;
        }

        try
        {
            var online = await journal.WriteAsync(transaction =>
                due.Where(command => Devices.Devices.Find(transaction, command.Device) is { Online: true }).ToList());
            online.ForEach(command => post.Send(command with { Next = now + LongestWait }));
        }
        catch (JournalUnavailableException failure)
        {
            PeopleLog.NotAskedAgain(log, failure, due.Count);
        }
    }
}
