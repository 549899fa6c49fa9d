using System.Text;
using Gateway.Contract;
using Gateway.Intake;
using Gateway.Journal;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Support;

/// <summary>
/// The service without its sockets, on a real journal, and scanners, pages and a network around it that do whatever a list of numbers says:
/// messages are lost, doubled, reordered, sent hours later; pages come and go; the service is restarted.
/// </summary>
internal sealed class ScannerWorld : IAsyncDisposable
{
    public const int Acts = 32;

    private static readonly string[] Devices = ["door-1", "door-2"];

    private readonly SomeFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly EnrollmentDesk _desk = new(new EnrollmentOptions { LeaseSeconds = 60, AbandonSeconds = 20 });
    private readonly WorldScanner[] _scanners;
    private readonly List<WorldPage> _pages = [];
    private SomeJournal _some;
    private Enrollments _enrollments;
    private IModuleTopics[] _topics;

    public ScannerWorld()
    {
        _scanners = [.. Devices.Select((device, index) => new WorldScanner(device, boot: index + 7))];
        (_some, _enrollments, _topics) = Open();
    }

    /// <summary>All that were ever requested.</summary>
    public List<string> Enrollments { get; } = [];

    public IReadOnlyList<WorldPage> Pages => _pages;

    public async Task BeginAsync()
    {
        foreach (var device in Devices)
        {
            await WriteAsync(transaction =>
            {
                Gateway.Modules.Devices.Devices.Register(transaction, device, "main", location: null);
                return Gateway.Modules.Devices.Devices.OnStatus(transaction, device, isOnline: true, DeviceReport.Nothing, isAnonymous: true);
            });
        }
    }

    /// <summary>One thing happens; which one, and to whom, the number says.</summary>
    public async Task ActAsync(int number)
    {
        var (act, which) = (number % Acts, number / Acts);
        var scanner = _scanners[which % _scanners.Length];
        which /= _scanners.Length;
        switch (act)
        {
            case 0 or 1:
                await RequestAsync(scanner.Device, startNow: which % 2 == 0);
                break;
            case 2 when Enrollments.Count > 0:
                await ComeAsync(Enrollments[which % Enrollments.Count]);
                break;
            case 3 when _pages.Count > 0:
                await LeaveAsync(_pages[which % _pages.Count]);
                break;
            case 4 when _pages.Count > 0:
                _pages[which % _pages.Count].Refresh();
                break;
            case >= 5 and < 14:
                scanner.Move(DeviceCommand.Load(_some.Journal), _time.GetUtcNow(), which);
                break;
            case >= 14 and < 23:
                await DeliverAsync(scanner, scanner.Next(0, isAcknowledged: true));
                break;
            case >= 23 and < 27:
                await DeliverAsync(scanner, scanner.Next(which, isAcknowledged: which % 3 > 0));
                break;
            case 27:
                await DeliverAsync(scanner, scanner.Old(which));
                break;
            case 28:
                await RestartAsync();
                break;
            case 29 or 30:
                await PassAsync(TimeSpan.FromSeconds(which % 6));
                break;
            case 31:
                await MishapAsync(scanner, which);
                break;
        }

        foreach (var page in _pages)
        {
            await page.ReadAsync(_some.Journal, limit: 1 + (number % 3));
        }
    }

    /// <summary>Nothing happens any more but time: whatever is open has to end by itself.</summary>
    public async Task EndAsync()
    {
        await PassAsync(TimeSpan.FromSeconds(61));
        foreach (var page in _pages)
        {
            while (await page.ReadAsync(_some.Journal, limit: 100))
            {
                // a page of the history after the other
            }
        }
    }

    public async Task<IReadOnlyList<StoredEvent>> EventsAsync(string enrollment) =>
        await _some.Journal.ReadAsync(EnrollmentDesk.ChannelOf(enrollment), 0, 1000, CancellationToken.None);

    public async Task<EnrollmentState> StateAsync(string enrollment) =>
        ContractJson.Read<EnrollmentState>((await _some.Journal.SnapshotAsync(EnrollmentDesk.ChannelOf(enrollment), CancellationToken.None))!.State.Span);

    public async ValueTask DisposeAsync()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    private (SomeJournal, Enrollments, IModuleTopics[]) Open()
    {
        var some = SomeJournal.Open(_folder, _time);
        // Nothing is published here: the scanners look at the commands that are kept.
        var enrollments = new Enrollments(some.Journal, _desk, null!, null!, NullLogger<Enrollments>.Instance);
        return (some, enrollments, [new DeviceTopics(null!, new(), [enrollments], [enrollments]), new EnrollmentTopics(enrollments)]);
    }

    private async Task RestartAsync()
    {
        await _some.DisposeAsync();
        (_some, _enrollments, _topics) = Open();
        foreach (var (id, body) in _some.Journal.Documents(EnrollmentRecords.Open))
        {
            var hasPage = ContractJson.Read<OpenEnrollment>(body) is { StartedByCaller: false, Command: not null };
            await ApplyAsync(id, hasPage ? new SubscribersGone() : new TimePassed());
        }

        foreach (var enrollment in _pages.Select(page => page.Enrollment).Distinct())
        {
            await ApplyAsync(enrollment, new SubscriberCame());
        }
    }

    private async Task RequestAsync(string device, bool startNow)
    {
        var (effects, _) = await WriteAsync(transaction => _desk.Request(transaction, device, "Ada", scans: 3, startNow));
        if (effects.State is { } made)
        {
            Enrollments.Add(made.Id);
        }
    }

    private async Task ComeAsync(string enrollment)
    {
        var isFirst = _pages.All(page => page.Enrollment != enrollment);
        _pages.Add(new(enrollment));
        if (isFirst)
        {
            await ApplyAsync(enrollment, new SubscriberCame());
        }
    }

    private async Task LeaveAsync(WorldPage page)
    {
        _pages.Remove(page);
        if (_pages.All(other => other.Enrollment != page.Enrollment))
        {
            await ApplyAsync(page.Enrollment, new SubscribersGone());
        }
    }

    private async Task MishapAsync(WorldScanner scanner, int which)
    {
        switch (which % 5)
        {
            case 0 when Enrollments.Count > 0:
                await ApplyAsync(Enrollments[which % Enrollments.Count], new CancelRequested("admin"));
                break;
            case 1:
                scanner.Lose(which);
                break;
            case 2:
                await WriteAsync(transaction => _enrollments.Turned(transaction, scanner.Device, isOnline: which % 10 < 5));
                break;
            case 4:
                scanner.Reboot(which);
                break;
            case 3 when Enrollments.Count > 0:
                await DeliverAsync(scanner, scanner.Stray(Enrollments[which % Enrollments.Count]));
                break;
        }
    }

    private async Task DeliverAsync(WorldScanner scanner, WorldMessage? sent)
    {
        if (sent is null)
        {
            return;
        }

        var payload = Encoding.UTF8.GetBytes(sent.Payload);
        var arrival = new Arrival(_time.GetUtcNow(), $"device:{scanner.Device}");
        var message = _topics.Select(topics => topics.Read(sent.Topic, payload, arrival)).First(read => read is not null)!;
        await WriteAsync(transaction => Ruling.Of(transaction, message));
    }

    /// <summary>Stops at each deadline on the way, as the clock of the service does.</summary>
    private async Task PassAsync(TimeSpan span)
    {
        var end = _time.GetUtcNow() + span;
        while (await NextDeadlineAsync() is var (enrollment, due) && due <= end)
        {
            var now = _time.GetUtcNow();
            _time.Advance(due > now ? due - now : TimeSpan.Zero);
            await ApplyAsync(enrollment, new TimePassed());
        }

        _time.Advance(end - _time.GetUtcNow());
    }

    private Task<(string Enrollment, DateTimeOffset Due)?> NextDeadlineAsync()
    {
        var open = _some.Journal.Documents(EnrollmentRecords.Open);
        return WriteAsync(transaction => open
            .Select(kept => (kept.Key, Open: ContractJson.Read<OpenEnrollment>(kept.Value), State: EnrollmentDesk.Find(transaction, kept.Key)!))
            .Select(kept => (Enrollment: kept.Key, Due: _desk.NextDeadline(kept.State, kept.Open)))
            .Where(next => next.Due is not null).OrderBy(next => next.Due).Select(next => ((string, DateTimeOffset)?)(next.Enrollment, next.Due!.Value))
            .FirstOrDefault());
    }

    private Task<(EnrollmentEffects Effects, Refusal? Refusal)> ApplyAsync(string enrollment, EnrollmentInput input) =>
        WriteAsync(transaction => _desk.Apply(transaction, enrollment, input));

    private Task<T> WriteAsync<T>(Func<JournalTransaction, T> decide) => _some.Journal.WriteAsync(decide);
}

internal sealed record WorldMessage(string Topic, string Payload);

/// <summary>A scanner with an outbox: what it says goes in, and out in whatever order the network likes.</summary>
internal sealed class WorldScanner(string device, int boot)
{
    private readonly List<WorldMessage> _outbox = [];
    private readonly List<WorldMessage> _said = [];
    private readonly HashSet<string> _obeyed = [];
    private readonly Queue<Func<DateTimeOffset, WorldMessage>> _plan = new();
    private int _counter;
    private int _boot = boot;
    private DeviceCommand? _enroll;

    public string Device => device;

    /// <summary>It obeys a command that it has not seen yet, or goes on with its fingers.</summary>
    public void Move(IEnumerable<DeviceCommand> commands, DateTimeOffset now, int which)
    {
        var command = commands.FirstOrDefault(command => command.Device == device && command.ExpiresAt > now && _obeyed.Add(command.Id));
        if (command is null)
        {
            if (_plan.TryDequeue(out var next))
            {
                Say(next(now));
            }

            return;
        }

        if (command.Do is "enroll" or "cancel")
        {
            _plan.Clear();
            _enroll = command.Do == "enroll" ? command : null;
            Plan(which);
        }

        Say(new($"scanners/{device}/acks", $$"""{"id":"{{Id()}}","command":"{{command.Id}}","ok":true,"uptime":{{Uptime(now)}}}"""));
    }

    /// <summary>A loss of power: the outbox is in flash; the enrollment begins at its first finger again, under new ids.</summary>
    public void Reboot(int which)
    {
        _boot += 100;
        _plan.Clear();
        Plan(which);
    }

    public WorldMessage? Next(int which, bool isAcknowledged)
    {
        if (_outbox.Count == 0)
        {
            return null;
        }

        var message = _outbox[which % _outbox.Count];
        if (isAcknowledged)
        {
            _outbox.Remove(message);
        }

        return message;
    }

    public WorldMessage? Old(int which) => _said.Count == 0 ? null : _said[which % _said.Count];

    public void Lose(int which) => Next(which, isAcknowledged: true);

    public WorldMessage Stray(string enrollment) => new(
        $"scanners/{device}/enrollments/{enrollment}/scans/1", $$"""{"id":"{{Id()}}","status":"progress","step":1,"of":3,"slot":99,"uptime":1}""");

    private static long Uptime(DateTimeOffset now) => (long)(now - Some.Now).TotalMilliseconds;

    private string Id() => $"{_boot}-{++_counter}";

    private void Say(WorldMessage message)
    {
        _outbox.Add(message);
        _said.Add(message);
    }

    private void Plan(int which)
    {
        if (_enroll is not { } command)
        {
            return;
        }

        for (var step = 1; step <= 3; step++)
        {
            Add(command, step, "waiting");
            if ((which + step) % 4 == 0)
            {
                Add(command, step, "retry");
            }

            Add(command, step, "progress");
        }

        var status = which % 5 == 0 ? "error" : "success";
        _plan.Enqueue(now => new(
            $"scanners/{device}/enrollments/{command.Enrollment}/result",
            $$"""{"id":"{{Id()}}","status":"{{status}}","slot":{{command.Slot}},"uptime":{{Uptime(now)}}}"""));
    }

    private void Add(DeviceCommand command, int step, string status) => _plan.Enqueue(now => new(
        $"scanners/{device}/enrollments/{command.Enrollment}/scans/{step}",
        $$"""{"id":"{{Id()}}","status":"{{status}}","step":{{step}},"of":3,"slot":{{command.Slot}},"uptime":{{Uptime(now)}}}"""));
}

/// <summary>A page: a cursor on the channel, and the fold of what it was told.</summary>
internal sealed class WorldPage(string enrollment)
{
    private readonly EnrollmentKind _kind = new();

    public string Enrollment => enrollment;

    public long Seq { get; private set; }

    public EnrollmentState? View { get; private set; }

    public void Refresh() => (Seq, View) = (0, null);

    public async Task<bool> ReadAsync(IJournal journal, int limit)
    {
        var events = await journal.ReadAsync(EnrollmentDesk.ChannelOf(enrollment), Seq, limit, CancellationToken.None);
        foreach (var stored in events)
        {
            (Seq, View) = (stored.Seq, _kind.Fold(View, stored));
        }

        return events.Count > 0;
    }
}
