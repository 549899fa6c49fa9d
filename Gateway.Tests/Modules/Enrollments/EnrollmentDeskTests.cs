using Gateway.Contract;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;
using Gateway.Tests.Support;

namespace Gateway.Tests.Modules.Enrollments;

/// <summary>Requests in a real journal: lease, slots and commands move with the events, in one commit.</summary>
public sealed class EnrollmentDeskTests
{
    private readonly EnrollmentDesk _desk = new(new EnrollmentOptions());
    private ManualTime _time = null!;
    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;

    public static IEnumerable<TestCaseData> Ends()
    {
        static TestCaseData To(EnrollmentPhase phase, string how, int seconds, params EnrollmentInput[] inputs) =>
            new TestCaseData(inputs, seconds, phase.ToString()).SetName($"End_{how}_FreesTheScanner");

        yield return To(EnrollmentPhase.Cancelled, "Cancelled", 0, new CancelRequested("admin"));
        yield return To(EnrollmentPhase.Failed, "Failed", 0, Some.Error());
        yield return To(EnrollmentPhase.Failed, "RefusedByTheScanner", 0, Some.Answer(ok: false));
        yield return To(EnrollmentPhase.Expired, "Expired", 300, new TimePassed());
        yield return To(EnrollmentPhase.Succeeded, "Succeeded", 0, Some.Scan(1), Some.Scan(2), Some.Scan(3), Some.Success());
    }

    [SetUp]
    public async Task RegisterAScanner()
    {
        _time = new();
        _folder = new();
        _some = SomeJournal.Open(_folder, _time);
        await ReportAsync(DeviceEvents.Registered, new DeviceEvents.RegisteredData("main", null));
        await ReportAsync(DeviceEvents.Online, new DeviceReport(null, SensorHealth.Ok, Capacity: 2, null));
    }

    [TearDown]
    public async Task CloseJournal()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Request_IsKept_WithSlotZeroAndAFixedEnd()
    {
        var (effects, refusal) = await RequestAsync();

        Assert.That(refusal, Is.Null);
        Assert.That((effects.State!.Slot, effects.State.State), Is.EqualTo((0, EnrollmentPhase.Requested)));
        Assert.That(effects.State.ExpiresAt, Is.EqualTo(Some.Now + TimeSpan.FromSeconds(300)));
        Assert.That(Guid.Parse(effects.State.Id).Version, Is.EqualTo(7));
        Assert.That(effects.Deadline, Is.EqualTo(effects.State.ExpiresAt));
    }

    [Test]
    public async Task Request_OfABusyScanner_NamesItsHolder()
    {
        var holder = (await RequestAsync()).Effects.State!;
        var refusal = (await RequestAsync("Bob")).Refusal!;

        Assert.That((refusal.Status, refusal.Code), Is.EqualTo((409, "device_busy")));
        Assert.That(refusal.Extra!["holder"], Is.EqualTo(holder.Id));
        Assert.That(refusal.Extra["expiresAt"], Is.EqualTo(holder.ExpiresAt));
    }

    [TestCaseSource(nameof(Ends))]
    public async Task End(object[] inputs, int seconds, string phase)
    {
        var first = (await RequestAsync()).Effects.State!;
        _time.Advance(TimeSpan.FromSeconds(seconds));
        foreach (var input in inputs.Cast<EnrollmentInput>())
        {
            await ApplyAsync(first.Id, input);
        }

        var ended = await _some.Journal.WriteAsync(transaction => EnrollmentDesk.Find(transaction, first.Id)!);
        var next = await RequestAsync("Bob");
        Assert.That(ended.State.ToString(), Is.EqualTo(phase));
        Assert.That(next.Refusal, Is.Null);
        Assert.That(next.Effects.State!.Slot, Is.EqualTo(ended.State == EnrollmentPhase.Succeeded ? 1 : 0), "a slot is kept by success alone");
    }

    [Test]
    public async Task Slots_AllTaken_AreToldSo()
    {
        await SucceedAsync();
        await SucceedAsync();

        Assert.That((await RequestAsync()).Refusal!.Code, Is.EqualTo("slots_full"));
    }

    [Test]
    public async Task Slot_FreedInTheMiddle_IsTheNextOneGiven()
    {
        await SucceedAsync();
        await SucceedAsync();
        await _some.Journal.WriteAsync(transaction =>
        {
            DeviceSlots.Free(transaction, Some.Device, 0);
            return 0;
        });

        Assert.That((await RequestAsync()).Effects.State!.Slot, Is.Zero);
    }

    [Test]
    public async Task Capacity_ThatChanges_CountsFromTheNextRequestOn()
    {
        await SucceedAsync();
        await SucceedAsync();
        await ReportAsync(DeviceEvents.Changed, new DeviceReport(null, null, Capacity: 3, null));
        var third = (await RequestAsync()).Effects.State!;
        await ReportAsync(DeviceEvents.Changed, new DeviceReport(null, null, Capacity: 1, null));
        await ApplyAsync(third.Id, new CancelRequested("admin"));

        Assert.That(third.Slot, Is.EqualTo(2));
        Assert.That((await RequestAsync()).Refusal!.Code, Is.EqualTo("slots_full"));
        Assert.That(await SlotsAsync(Some.Device), Is.EqualTo(new[] { 0, 1 }), "what lies beyond it is kept");
    }

    [Test]
    public async Task Person_MayHaveSeveralFingers_OnSeveralScanners()
    {
        await ReportAsync(DeviceEvents.Registered, new DeviceEvents.RegisteredData("main", null), "door-2");
        await ReportAsync(DeviceEvents.Online, DeviceReport.Nothing, "door-2");
        await SucceedAsync();
        await SucceedAsync();
        var elsewhere = await RequestAsync(device: "door-2");

        Assert.That((elsewhere.Refusal, elsewhere.Effects.State!.Slot), Is.EqualTo(((RequestRefusedException?)null, 0)));
        Assert.That(await SlotsAsync(Some.Device), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(await SlotsAsync("door-2"), Is.EqualTo(new[] { 0 }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Slot_IsFree_OnceTheScannerSaysThatItsFingerIsDeleted_AndNotBefore(bool isDeleted)
    {
        await SucceedAsync();
        var command = new DeviceCommand { Id = "c1", Device = Some.Device, Do = DeviceCommand.Delete, Slot = 0, ExpiresAt = Some.Now.AddHours(1) };
        await _some.Journal.WriteAsync(transaction =>
        {
            command.Keep(transaction);
            Gateway.Modules.Devices.Devices.OnAnswer(transaction, Some.AnswerTo(command.Id, ok: isDeleted));
            return true;
        });

        Assert.That(await SlotsAsync(Some.Device), Is.EqualTo(isDeleted ? [] : new[] { 0 }));
    }

    [Test]
    public async Task Count_OfTheScanner_IsComparedWithOurs_TheOneBeingEnrolledEitherWay()
    {
        await SucceedAsync();
        await RequestAsync();
        var expected = await _some.Journal.WriteAsync(transaction =>
            new[] { 0, 1, 2, 3 }.Select(stored => DeviceSlots.Expected(transaction, Some.Device, stored)).ToList());

        Assert.That(expected, Is.EqualTo(new[] { 1, 1, 2, 1 }));
    }

    [Test]
    public async Task Obstacles_AreToldInTheOrderOfTheContract()
    {
        await SucceedAsync();
        await SucceedAsync();
        var codes = new List<string> { (await RequestAsync(device: "nobody")).Refusal!.Code, (await RequestAsync()).Refusal!.Code };

        // Each obstacle added hides the one before.
        await _some.Journal.WriteAsync(transaction =>
        {
            DeviceSlots.Free(transaction, Some.Device, 0);
            return 0;
        });
        await RequestAsync();
        codes.Add((await RequestAsync()).Refusal!.Code);
        await ReportAsync(DeviceEvents.Changed, new DeviceReport(null, SensorHealth.Error, null, null));
        codes.Add((await RequestAsync()).Refusal!.Code);
        await ReportAsync(DeviceEvents.Offline, DeviceReport.Nothing);
        codes.Add((await RequestAsync()).Refusal!.Code);

        Assert.That(codes, Is.EqualTo(new[] { "unknown_device", "slots_full", "device_busy", "sensor_fault", "device_offline" }));
    }

    [Test]
    public async Task Refusal_LeavesNothingBehind()
    {
        await ReportAsync(DeviceEvents.Offline, DeviceReport.Nothing);
        var (effects, _) = await RequestAsync();

        Assert.That(effects, Is.EqualTo(EnrollmentEffects.None));
        Assert.That((await _some.Journal.ListAsync("enrollments", null, 10, CancellationToken.None)).Items, Is.Empty);
    }

    [Test]
    public async Task Command_ToEnroll_IsKeptUntilAnswered_OverARestartToo()
    {
        var (effects, _) = await RequestAsync(startNow: true);
        var command = effects.Send.Single();
        await _some.DisposeAsync();
        _some = SomeJournal.Open(_folder, _time);
        Assert.That(DeviceCommand.Load(_some.Journal), Is.EqualTo(new[] { command }));
        Assert.That((command.Do, command.Enrollment, command.Slot, command.Scans), Is.EqualTo(("enroll", effects.State!.Id, 0, 3)));

        await _some.Journal.WriteAsync(transaction => Answer(transaction, command.Id));
        Assert.That(DeviceCommand.Load(_some.Journal), Is.Empty);
    }

    [Test]
    public async Task Command_OfAnotherScanner_IsNotAnsweredByThisOne()
    {
        var command = (await RequestAsync(startNow: true)).Effects.Send.Single();
        await ReportAsync(DeviceEvents.Registered, new DeviceEvents.RegisteredData("main", null), "door-2");
        await _some.Journal.WriteAsync(transaction => Answer(transaction, command.Id, "door-2"));

        Assert.That(DeviceCommand.Load(_some.Journal), Is.EqualTo(new[] { command }));
    }

    [Test]
    public async Task Command_TellsItsRemainingSeconds_AtEachDelivery()
    {
        var command = (await RequestAsync(startNow: true)).Effects.Send.Single();
        var payloads = new[] { 0, 100.5 }.Select(seconds => System.Text.Encoding.UTF8.GetString(command.Payload(Some.Now + TimeSpan.FromSeconds(seconds))));

        Assert.That(payloads, Is.EqualTo(new[] { 300, 200 }.Select(left =>
            $$"""{"id":"{{command.Id}}","do":"enroll","enrollment":"{{command.Enrollment}}","slot":0,"scans":3,"expiresIn":{{left}}}""")));
    }

    [Test]
    public async Task Cancel_OfWhatTheScannerWasTold_TellsItToStop_AndOfTheRestSaysNothing([Values] bool wasTold)
    {
        var id = (await RequestAsync(startNow: wasTold)).Effects.State!.Id;
        var effects = await ApplyAsync(id, new CancelRequested("admin"));

        Assert.That(effects.Send.Select(command => command.Do), Is.EqualTo(wasTold ? new[] { "cancel" } : []));
        Assert.That(DeviceCommand.Load(_some.Journal).Select(command => command.Do), Is.EqualTo(wasTold ? new[] { "cancel" } : []));
    }

    [Test]
    public async Task Hold_SurvivesARestart()
    {
        var id = (await RequestAsync()).Effects.State!.Id;
        await ApplyAsync(id, Some.Scan(2));
        await ApplyAsync(id, Some.Scan(3));
        await ApplyAsync(id, Some.Success());
        await _some.DisposeAsync();
        _some = SomeJournal.Open(_folder, _time);
        var effects = await ApplyAsync(id, Some.Scan(1));

        Assert.That(effects.Events.Select(stored => stored.Type), Is.EqualTo(new[] { "armed", "progress", "progress", "progress", "succeeded" }));
    }

    [Test]
    public async Task End_ListsEveryRetainedTopicOfTheEnrollment_ToBeCleared()
    {
        var id = (await RequestAsync()).Effects.State!.Id;
        var effects = await ApplyAsync(id, new CancelRequested("admin"));
        string[] topics = ["scans/1", "scans/2", "scans/3", "result"];

        Assert.That(effects.Clear!.ScannerTopics(), Is.EqualTo(topics.Select(topic => $"scanners/door-1/enrollments/{id}/{topic}")));
        Assert.That(_some.Journal.Documents(EnrollmentRecords.Clearings), Has.Count.EqualTo(1), "kept until it is done");
    }

    private Task<List<int>> SlotsAsync(string device) => _some.Journal.WriteAsync(transaction => DeviceSlots.Of(transaction, device).Keys.ToList());

    private static int Answer(Gateway.Journal.JournalTransaction transaction, string command, string device = Some.Device)
    {
        Gateway.Modules.Devices.Devices.OnAnswer(transaction, Some.AnswerTo(command, device));
        return 0;
    }

    private Task<(EnrollmentEffects Effects, RequestRefusedException? Refusal)> RequestAsync(
        string person = "Ada", string device = Some.Device, bool startNow = false) =>
        _some.Journal.WriteAsync(transaction => _desk.Request(transaction, device, person, scans: 3, startNow));

    // On whatever slot it got: which one that is, is another test's promise.
    private async Task<EnrollmentEffects> ApplyAsync(string id, EnrollmentInput input)
    {
        var slot = (await _some.Journal.WriteAsync(transaction => EnrollmentDesk.Find(transaction, id)!)).Slot;
        var fitting = input switch
        {
            ScanReported scan => scan with { Slot = slot },
            ResultReported result => result with { Slot = slot },
            _ => input,
        };
        var (effects, refusal) = await _some.Journal.WriteAsync(transaction => _desk.Apply(transaction, id, fitting));
        Assert.That(refusal, Is.Null);
        return effects;
    }

    private async Task SucceedAsync()
    {
        var id = (await RequestAsync()).Effects.State!.Id;
        foreach (var input in new EnrollmentInput[] { Some.Scan(1), Some.Scan(2), Some.Scan(3), Some.Success() })
        {
            await ApplyAsync(id, input);
        }
    }

    private Task<Gateway.Journal.StoredEvent> ReportAsync<T>(string type, T data, string device = Some.Device) => _some.Journal.WriteAsync(transaction =>
        transaction.Append(Gateway.Modules.Devices.Devices.ChannelOf(device), Gateway.Journal.EventDraft.Of(type, data)));
}
