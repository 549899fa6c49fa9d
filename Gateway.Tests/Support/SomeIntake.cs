using Gateway.Broker;
using Gateway.Intake;
using Gateway.Journal;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;
using Gateway.Modules.People;
using Gateway.Tests.Broker.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Support;

/// <summary>The intake over a real journal, as the product puts it together, with two scanners that are online; what scanners publish is called in.</summary>
internal sealed class SomeIntake : IAsyncDisposable
{
    public const string OtherDevice = "door-2";

    private readonly SomeFolder _folder = new();
    private readonly IntakeMeters _meters = new();
    private readonly MqttBroker _broker;
    private readonly CommandPost _post;
    private readonly EnrollmentClock _clock;
    private readonly EnrollmentDesk _desk = new(new());
    private readonly PublishedActs _acts;
    private SomeDisk _disk = null!;
    private SomeJournal _some;

    private SomeIntake(QuarantineOptions options)
    {
        _some = SomeJournal.Open(_folder, Time, around: session => _disk = new(session), projections: new PeopleProjection());
        var store = new MemoryStore();
        _broker = new(new(), new(), new OpenDoor(), store, Time, NullLogger<MqttBroker>.Instance);
        _broker.Start(new DirectGate(store));
        _post = new(_broker, Journal, Time, NullLogger<CommandPost>.Instance);
        _clock = new(Time);
        var enrollments = new Enrollments(Journal, _desk, _post, _clock, NullLogger<Enrollments>.Instance);
        IModuleTopics[] modules = [new DeviceTopics(_post, new(), [enrollments], [enrollments]), new EnrollmentTopics(enrollments)];
        Keeper = new(Journal, options, _meters, Time, NullLogger<QuarantineKeeper>.Instance);
        _acts = SomeAudit.Acts(Journal, Time);
        Gate = new(_some.Writer, modules, Keeper, _acts, Time);
        Resubmission = new(Gate, Journal);
    }

    public ManualTime Time { get; } = new();

    public IJournal Journal => _some.Journal;

    public SomeDisk Disk => _disk;

    public IntakeGate Gate { get; }

    public QuarantineKeeper Keeper { get; }

    public Resubmission Resubmission { get; }

    public static async Task<SomeIntake> OpenAsync(QuarantineOptions? options = null)
    {
        var intake = new SomeIntake(options ?? new());
        foreach (var device in new[] { Some.Device, OtherDevice })
        {
            await intake.RegisterAsync(device);
        }

        return intake;
    }

    public Task RegisterAsync(string device) => Journal.WriteAsync(transaction =>
    {
        Devices.Register(transaction, device, Devices.DefaultSite, location: null);
        return Devices.OnStatus(transaction, device, isOnline: true, DeviceReport.Nothing, isAnonymous: true);
    });

    public Task<string> RequestAsync(string device = Some.Device) => Journal.WriteAsync(transaction =>
        _desk.Request(transaction, device, "Ada", scans: 3, startNow: false).Effects.State!.Id);

    /// <summary>The journal alone, as after a restart.</summary>
    public async Task ReopenAsync()
    {
        await _some.DisposeAsync();
        _some = SomeJournal.Open(_folder);
    }

    public IReadOnlyList<QuarantinedMessage> Kept() =>
        [.. Journal.Documents(Quarantine.Collection, before: null, limit: 1000).Select(kept => Quarantine.Read(kept.Value))];

    public Task<Answer> PublishAsync(string topic, byte[] payload)
    {
        var outcome = new Outcome();
        var unit = new PublishUnit(new(TopicName.Of(topic), payload, 1, retain: true), client: null, outcome, new());
        _some.Writer.Submit(Understand(unit));
        return outcome.Answer;
    }

    public async ValueTask DisposeAsync()
    {
        await _post.DisposeAsync();
        await _clock.DisposeAsync();
        await Keeper.DisposeAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _broker.StopAsync(patience.Token);
        _broker.Dispose();
        await _some.DisposeAsync();
        _meters.Dispose();
        _folder.Dispose();
    }

    private IntakeWork Understand(PublishUnit unit)
    {
        try
        {
            var message = Gate.Read(unit.Message.Topic, unit.Message.Payload, new(Time.GetUtcNow(), "device:door-1"));
            return new(unit, message, null, Keeper, _acts);
        }
        catch (MalformedMessageException error)
        {
            return new(unit, null, new(RefusalCode.Malformed, error.Message), Keeper, _acts);
        }
    }

    private sealed class Outcome : IPublishOutcome
    {
        private readonly TaskCompletionSource<Answer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Answer> Answer => _answer.Task;

        public void Write(PublishUnit unit, IBrokerWrites writes, bool routed, ReasonCode reason)
        {
            // What the broker writes beside it is the broker's own promise.
        }

        public void Accepted(PublishUnit unit, bool routed, ReasonCode reason) => _answer.SetResult(new((int)reason, routed, routed && unit.Message.Retain));

        public void Failed(PublishUnit unit, Exception failure) => _answer.SetException(failure);
    }
}

/// <summary>What the publisher hears, and whether others do, those too who come later.</summary>
internal sealed record Answer(int Reason, bool IsRouted, bool IsRetained = false);
