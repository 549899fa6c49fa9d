using System.Text;
using Gateway.Broker;
using Gateway.Intake;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;
using Gateway.Storage;
using Gateway.Tests.Broker.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Intake;

/// <summary>Scanners' messages on their way into a real journal: taken, absorbed, or quarantined.</summary>
public sealed class IntakeWorkTests
{
    private const int Payload = (int)ReasonCode.PayloadFormatInvalid;
    private const int Misfit = (int)ReasonCode.ImplementationSpecificError;

    private SomeIntake _intake = null!;
    private string _enrollment = null!;

    [SetUp]
    public async Task RequestAnEnrollment()
    {
        _intake = await SomeIntake.OpenAsync();
        _enrollment = await _intake.RequestAsync();
    }

    [TearDown]
    public async Task CloseJournal() => await _intake.DisposeAsync();

    [Test]
    public async Task Scan_ThatFits_IsRouted_AndOnTheChannel()
    {
        var answer = await PublishAsync(Scan("7-1"));

        Assert.That(answer, Is.EqualTo(new Answer((int)ReasonCode.Success, IsRouted: true, IsRetained: true)));
        Assert.That(await TypesAsync(), Is.EqualTo(new[] { "requested", "armed", "progress" }));
    }

    [Test]
    public async Task Scan_SentAgain_IsAbsorbed()
    {
        await PublishAsync(Scan("7-1"));
        var again = await PublishAsync(Scan("7-1") with { Uptime = 99 });

        Assert.That(again, Is.EqualTo(new Answer((int)ReasonCode.Success, IsRouted: false)));
        Assert.That((await TypesAsync()).Count, Is.EqualTo(3));
        Assert.That(_intake.Kept(), Is.Empty);
    }

    [Test]
    public async Task Result_ThatEndsIt_IsRouted_AndKeptForNobodyWhoComesLater()
    {
        await PublishAsync(Scan("7-1"));
        var answer = await PublishAsync($"scanners/{Some.Device}/enrollments/{_enrollment}/result", """{"id":"7-2","status":"error","slot":0}""");

        Assert.That(answer, Is.EqualTo(new Answer((int)ReasonCode.Success, IsRouted: true, IsRetained: false)));
    }

    [Test]
    public async Task Scan_SentAgainAfterItsEnd_IsAbsorbed_NotTerminal()
    {
        await PublishAsync(Scan("7-1"));
        await PublishAsync($"scanners/{Some.Device}/enrollments/{_enrollment}/result", """{"id":"7-2","status":"error","slot":0,"reason":"timeout"}""");

        Assert.That(await PublishAsync(Scan("7-1")), Is.EqualTo(new Answer((int)ReasonCode.Success, IsRouted: false)));
    }

    [Test]
    public async Task Id_UsedForSomethingElse_IsIdReused()
    {
        await PublishAsync(Scan("7-1"));

        await QuarantinesAsync(Scan("7-1", step: 2), RefusalCode.IdReused);
    }

    [Test]
    public async Task Id_OfOneScanner_IsNotTheOneOfAnother()
    {
        await PublishAsync(Scan("7-1"));

        await QuarantinesAsync(Scan("7-1") with { Device = "door-2" }, RefusalCode.WrongDevice);
    }

    [Test]
    public Task Scan_OfAStranger_IsUnknownDevice() => QuarantinesAsync(Scan("7-1") with { Device = "nobody" }, RefusalCode.UnknownDevice);

    [Test]
    public Task Scan_OfNoEnrollment_IsUnknownEnrollment() =>
        QuarantinesAsync(Scan("7-1") with { Enrollment = Some.EnrollmentId }, RefusalCode.UnknownEnrollment);

    [Test]
    public Task Scan_OfAnotherSlot_IsWrongSlot() => QuarantinesAsync(Scan("7-1") with { Slot = 9 }, RefusalCode.WrongSlot);

    [Test]
    public Task Scan_BeyondTheLastStep_IsStepOutOfRange() => QuarantinesAsync(Scan("7-1", step: 4), RefusalCode.StepOutOfRange);

    [Test]
    public async Task Scan_OfACapturedStepUnderANewId_IsLate()
    {
        await PublishAsync(Scan("7-1"));

        await QuarantinesAsync(Scan("7-2"), RefusalCode.Late);
    }

    [Test]
    public async Task Scan_AfterTheEnd_IsTerminal()
    {
        await PublishAsync($"scanners/{Some.Device}/enrollments/{_enrollment}/result", """{"id":"7-1","status":"error","slot":0}""");

        await QuarantinesAsync(Scan("7-2"), RefusalCode.Terminal);
    }

    [Test]
    public async Task Scan_OfAStranger_IsWelcome_OnceTheyAreRegistered()
    {
        var scan = Scan("7-1") with { Device = "newcomer" };
        await QuarantinesAsync(scan, RefusalCode.UnknownDevice);
        await _intake.Journal.WriteAsync(transaction => Devices.Register(transaction, "newcomer", Devices.DefaultSite, location: null));

        await QuarantinesAsync(scan, RefusalCode.WrongDevice);
    }

    [Test]
    public async Task Payload_ThatIsNoText_IsKeptWhole()
    {
        byte[] payload = [0x7B, 0xFF, 0x00];
        var answer = await _intake.PublishAsync($"scanners/{Some.Device}/acks", payload);
        var kept = _intake.Kept().Single();

        Assert.That(answer, Is.EqualTo(new Answer(Payload, IsRouted: false)));
        Assert.That((kept.Base64, kept.Device, kept.Code), Is.EqualTo((true, Some.Device, RefusalCode.Malformed)));
        Assert.That(Convert.FromBase64String(kept.Payload), Is.EqualTo(payload));
    }

    [Test]
    public async Task Scan_WhenTheDiskIsFull_IsNotAcknowledged_AndCountsAsNeverSeen()
    {
        _intake.Disk.IsFull = true;
        Assert.That(async () => await PublishAsync(Scan("7-1")), Throws.InstanceOf<StoreException>());

        // The writer waits by the test's clock now; opened anew it writes at once.
        await _intake.ReopenAsync();
        Assert.That(await _intake.Journal.WriteAsync(transaction => transaction.Seen($"devices/{Some.Device}", "7-1")), Is.Null);
        Assert.That(await TypesAsync(), Is.EqualTo(new[] { "requested" }));
    }

    private ScanText Scan(string id, int step = 1) => new(Some.Device, _enrollment, id, step, Slot: 0, Uptime: 1);

    private async Task QuarantinesAsync(ScanText scan, RefusalCode code)
    {
        var before = await TypesAsync();
        var answer = await PublishAsync(scan);
        var kept = _intake.Kept()[0];

        Assert.That(answer, Is.EqualTo(new Answer(Misfit, IsRouted: false)));
        Assert.That((kept.Code, kept.Topic, kept.Payload, kept.Device), Is.EqualTo((code, scan.Topic, scan.Payload, scan.Device)));
        Assert.That(await TypesAsync(), Is.EqualTo(before), "a misfit changes nothing");
    }

    private async Task<IReadOnlyList<string>> TypesAsync() =>
        [.. (await _intake.Journal.ReadAsync(EnrollmentDesk.ChannelOf(_enrollment), 0, 100, CancellationToken.None)).Select(stored => stored.Type)];

    private Task<Answer> PublishAsync(ScanText scan) => PublishAsync(scan.Topic, scan.Payload);

    private Task<Answer> PublishAsync(string topic, string payload) => _intake.PublishAsync(topic, Encoding.UTF8.GetBytes(payload));

    private sealed record ScanText(string Device, string Enrollment, string Id, int Step, int Slot, int Uptime)
    {
        public string Topic => $"scanners/{Device}/enrollments/{Enrollment}/scans/{Step}";

        public string Payload => $$"""{"id":"{{Id}}","status":"progress","step":{{Step}},"of":3,"slot":{{Slot}},"uptime":{{Uptime}}}""";
    }
}
