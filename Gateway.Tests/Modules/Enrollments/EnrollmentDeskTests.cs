using Gateway.Contract;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Modules.Enrollments;

/// <summary>Requests in a real journal: lease, slots and commands move with the events, in one commit.</summary>
public sealed class EnrollmentDeskTests
{
    private SomeDesk _some = null!;

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
    public async Task OpenDesk() => _some = await SomeDesk.OpenAsync();

    [TearDown]
    public async Task CloseDesk() => await _some.DisposeAsync();

    [Test]
    public async Task Request_IsKept_WithSlotZeroAndAFixedEnd()
    {
        var (effects, refusal) = await _some.RequestAsync();

        Assert.That(refusal, Is.Null);
        Assert.That((effects.State!.Slot, effects.State.State), Is.EqualTo((0, EnrollmentPhase.Requested)));
        Assert.That(effects.State.ExpiresAt, Is.EqualTo(Some.Now + TimeSpan.FromSeconds(300)));
        Assert.That(Guid.Parse(effects.State.Id).Version, Is.EqualTo(7));
        Assert.That(effects.Deadline, Is.EqualTo(effects.State.ExpiresAt));
    }

    [Test]
    public async Task Request_OfABusyScanner_NamesItsHolder()
    {
        var holder = (await _some.RequestAsync()).Effects.State!;
        var refusal = (await _some.RequestAsync("Bob")).Refusal!;

        Assert.That((refusal.Status, refusal.Code), Is.EqualTo((409, "device_busy")));
        Assert.That(refusal.Extra!["holder"], Is.EqualTo(holder.Id));
        Assert.That(refusal.Extra["expiresAt"], Is.EqualTo(holder.ExpiresAt));
    }

    [TestCaseSource(nameof(Ends))]
    public async Task End(object[] inputs, int seconds, string phase)
    {
        var first = (await _some.RequestAsync()).Effects.State!;
        _some.Time.Advance(TimeSpan.FromSeconds(seconds));
        await _some.ApplyAsync(first.Id, [.. inputs.Cast<EnrollmentInput>()]);

        var ended = await _some.Journal.WriteAsync(transaction => EnrollmentDesk.Find(transaction, first.Id)!);
        var next = await _some.RequestAsync("Bob");
        Assert.That(ended.State.ToString(), Is.EqualTo(phase));
        Assert.That(next.Refusal, Is.Null);
        Assert.That(next.Effects.State!.Slot, Is.EqualTo(ended.State == EnrollmentPhase.Succeeded ? 1 : 0), "a slot is kept by success alone");
    }

    [Test]
    public async Task Slots_AllTaken_AreToldSo()
    {
        await _some.SucceedAsync();
        await _some.SucceedAsync();

        Assert.That((await _some.RequestAsync()).Refusal!.Code, Is.EqualTo("slots_full"));
    }

    [Test]
    public async Task Slot_FreedInTheMiddle_IsTheNextOneGiven()
    {
        await _some.SucceedAsync();
        await _some.SucceedAsync();
        await _some.Journal.WriteAsync(transaction =>
        {
            DeviceSlots.Free(transaction, Some.Device, 0);
            return 0;
        });

        Assert.That((await _some.RequestAsync()).Effects.State!.Slot, Is.Zero);
    }

    [Test]
    public async Task Capacity_ThatChanges_CountsFromTheNextRequestOn()
    {
        await _some.SucceedAsync();
        await _some.SucceedAsync();
        await _some.ReportAsync(DeviceEvents.Changed, new DeviceReport(null, null, Capacity: 3, null));
        var third = (await _some.RequestAsync()).Effects.State!;
        await _some.ReportAsync(DeviceEvents.Changed, new DeviceReport(null, null, Capacity: 1, null));
        await _some.ApplyAsync(third.Id, new CancelRequested("admin"));

        Assert.That(third.Slot, Is.EqualTo(2));
        Assert.That((await _some.RequestAsync()).Refusal!.Code, Is.EqualTo("slots_full"));
        Assert.That(await SlotsAsync(Some.Device), Is.EqualTo(new[] { 0, 1 }), "what lies beyond it is kept");
    }

    [Test]
    public async Task Person_MayHaveSeveralFingers_OnSeveralScanners()
    {
        await _some.ReportAsync(DeviceEvents.Registered, new DeviceEvents.RegisteredData("main", null), "door-2");
        await _some.ReportAsync(DeviceEvents.Online, DeviceReport.Nothing, "door-2");
        await _some.SucceedAsync();
        await _some.SucceedAsync();
        var elsewhere = await _some.RequestAsync(device: "door-2");

        Assert.That((elsewhere.Refusal, elsewhere.Effects.State!.Slot), Is.EqualTo(((RequestRefusedException?)null, 0)));
        Assert.That(await SlotsAsync(Some.Device), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(await SlotsAsync("door-2"), Is.EqualTo(new[] { 0 }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Slot_IsFree_OnceTheScannerSaysThatItsFingerIsDeleted_AndNotBefore(bool isDeleted)
    {
        await _some.SucceedAsync();
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
        await _some.SucceedAsync();
        await _some.RequestAsync();
        var expected = await _some.Journal.WriteAsync(transaction =>
            new[] { 0, 1, 2, 3 }.Select(stored => DeviceSlots.Expected(transaction, Some.Device, stored)).ToList());

        Assert.That(expected, Is.EqualTo(new[] { 1, 1, 2, 1 }));
    }

    [Test]
    public async Task Obstacles_AreToldInTheOrderOfTheContract()
    {
        await _some.SucceedAsync();
        await _some.SucceedAsync();
        var codes = new List<string> { (await _some.RequestAsync(device: "nobody")).Refusal!.Code, (await _some.RequestAsync()).Refusal!.Code };

        // Each obstacle added hides the one before.
        await _some.Journal.WriteAsync(transaction =>
        {
            DeviceSlots.Free(transaction, Some.Device, 0);
            return 0;
        });
        await _some.RequestAsync();
        codes.Add((await _some.RequestAsync()).Refusal!.Code);
        await _some.ReportAsync(DeviceEvents.Changed, new DeviceReport(null, SensorHealth.Error, null, null));
        codes.Add((await _some.RequestAsync()).Refusal!.Code);
        await _some.ReportAsync(DeviceEvents.Offline, DeviceReport.Nothing);
        codes.Add((await _some.RequestAsync()).Refusal!.Code);

        Assert.That(codes, Is.EqualTo(new[] { "unknown_device", "slots_full", "device_busy", "sensor_fault", "device_offline" }));
    }

    [Test]
    public async Task Refusal_LeavesNothingBehind()
    {
        await _some.ReportAsync(DeviceEvents.Offline, DeviceReport.Nothing);
        var (effects, _) = await _some.RequestAsync();

        Assert.That(effects, Is.EqualTo(EnrollmentEffects.None));
        Assert.That((await _some.Journal.ListAsync("enrollments", null, 10, CancellationToken.None)).Items, Is.Empty);
    }

    [Test]
    public async Task Hold_SurvivesARestart()
    {
        var id = (await _some.RequestAsync()).Effects.State!.Id;
        await _some.ApplyAsync(id, Some.Scan(2), Some.Scan(3), Some.Success());
        await _some.RestartAsync();
        var effects = await _some.ApplyAsync(id, Some.Scan(1));

        Assert.That(effects.Events.Select(stored => stored.Type), Is.EqualTo(new[] { "armed", "progress", "progress", "progress", "succeeded" }));
    }

    [Test]
    public async Task End_ListsEveryRetainedTopicOfTheEnrollment_ToBeCleared()
    {
        var id = (await _some.RequestAsync()).Effects.State!.Id;
        var effects = await _some.ApplyAsync(id, new CancelRequested("admin"));
        string[] topics = ["scans/1", "scans/2", "scans/3", "result"];

        Assert.That(effects.Clear!.ScannerTopics(), Is.EqualTo(topics.Select(topic => $"scanners/door-1/enrollments/{id}/{topic}")));
        Assert.That(_some.Journal.Documents(EnrollmentRecords.Clearings), Has.Count.EqualTo(1), "kept until it is done");
    }

    private Task<List<int>> SlotsAsync(string device) => _some.Journal.WriteAsync(transaction => DeviceSlots.Of(transaction, device).Keys.ToList());
}
