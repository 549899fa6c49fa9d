using Gateway.Contract;
using Gateway.Journal;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Support;

/// <summary>The desk of enrollments over a real journal, with one scanner of two slots that is online.</summary>
internal sealed class SomeDesk : IAsyncDisposable
{
    private readonly EnrollmentDesk _desk = new(new EnrollmentOptions());
    private readonly SomeFolder _folder = new();
    private SomeJournal _some;

    private SomeDesk() => _some = SomeJournal.Open(_folder, Time);

    public ManualTime Time { get; } = new();

    public IJournal Journal => _some.Journal;

    public static async Task<SomeDesk> OpenAsync()
    {
        var some = new SomeDesk();
        await some.ReportAsync(DeviceEvents.Registered, new DeviceEvents.RegisteredData("main", null));
        await some.ReportAsync(DeviceEvents.Online, new DeviceReport(null, SensorHealth.Ok, Capacity: 2, null));
        return some;
    }

    public async Task RestartAsync()
    {
        await _some.DisposeAsync();
        _some = SomeJournal.Open(_folder, Time);
    }

    public async ValueTask DisposeAsync()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    public Task<(EnrollmentEffects Effects, RequestRefusedException? Refusal)> RequestAsync(
        string person = "Ada", string device = Some.Device, bool startNow = false) =>
        Journal.WriteAsync(transaction => _desk.Request(transaction, device, person, scans: 3, startNow));

    /// <summary>On whatever slot it got: which one that is, is another test's promise.</summary>
    public async Task<EnrollmentEffects> ApplyAsync(string id, params EnrollmentInput[] inputs)
    {
        var slot = (await Journal.WriteAsync(transaction => EnrollmentDesk.Find(transaction, id)!)).Slot;
        var last = EnrollmentEffects.None;
        foreach (var input in inputs)
        {
            var fitting = input switch
            {
                ScanReported scan => scan with { Slot = slot },
                ResultReported result => result with { Slot = slot },
                _ => input,
            };
            var (effects, refusal) = await Journal.WriteAsync(transaction => _desk.Apply(transaction, id, fitting));
            Assert.That(refusal, Is.Null);
            last = effects;
        }

        return last;
    }

    public async Task SucceedAsync() =>
        await ApplyAsync((await RequestAsync()).Effects.State!.Id, Some.Scan(1), Some.Scan(2), Some.Scan(3), Some.Success());

    public Task<StoredEvent> ReportAsync<T>(string type, T data, string device = Some.Device) => Journal.WriteAsync(transaction =>
        transaction.Append(Devices.ChannelOf(device), EventDraft.Of(type, data)));

    /// <summary>What the scanner has not answered yet, in the order of the commands.</summary>
    public IReadOnlyList<DeviceCommand> Unanswered() => [.. DeviceCommand.Load(Journal).OrderBy(command => command.Id, StringComparer.Ordinal)];

    public Task<StoredEvent> AnswerAsync(string command, string device = Some.Device) => Journal.WriteAsync(transaction =>
        Devices.OnAnswer(transaction, Some.AnswerTo(command, device)).Answered);
}
