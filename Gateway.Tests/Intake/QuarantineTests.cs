using System.Text;
using Gateway.Contract;
using Gateway.Intake;
using Gateway.Modules;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Intake;

/// <summary>What did not fit: in order, counted, tried again, and not for ever.</summary>
public sealed class QuarantineTests
{
    private SomeIntake _intake = null!;

    [SetUp]
    public async Task OpenAsync() => _intake = await SomeIntake.OpenAsync(new QuarantineOptions { Days = 10, MaxItems = 3 });

    [TearDown]
    public async Task CloseAsync() => await _intake.DisposeAsync();

    [Test]
    public async Task Misfits_OfOneMillisecond_KeepTheirOrder()
    {
        for (var i = 0; i < 20; i++)
        {
            await MalformedAsync($"payload {i}");
        }

        Assert.That(_intake.Kept().Select(item => item.Payload), Is.EqualTo(Enumerable.Range(0, 20).Reverse().Select(i => $"payload {i}")));
    }

    [Test]
    public async Task Counts_FollowWhatIsKept()
    {
        await MalformedAsync("one");
        await MalformedAsync("two");
        await ScanAsync("nobody", Some.EnrollmentId);
        Assert.That(Quarantine.CountsOf(_intake.Journal), Is.EqualTo(new SortedDictionary<string, long> { ["malformed"] = 2, ["unknown_device"] = 1 }));

        await _intake.Keeper.RemoveAsync(below: null, item => item.Code == RefusalCode.Malformed);
        Assert.That(Quarantine.CountsOf(_intake.Journal), Is.EqualTo(new SortedDictionary<string, long> { ["unknown_device"] = 1 }));
    }

    [Test]
    public async Task Resubmit_OfAScannerRegisteredSince_SaysWhatHolds_AndItsOtherCopiesAreKnown()
    {
        var enrollment = await _intake.RequestAsync();
        await ScanAsync("door-4", enrollment);
        await ScanAsync("door-4", enrollment);
        await _intake.RegisterAsync("door-4");

        // Registered now, but not the enrollment's scanner: the reason becomes the true one, and the copy is known already.
        var items = _intake.Kept();
        Assert.That(await ResubmitAsync(items[1]), Is.EqualTo(("refused", RefusalCode.WrongDevice)));
        Assert.That(await ResubmitAsync(items[0]), Is.EqualTo(("known", (RefusalCode?)null)));
        Assert.That(_intake.Kept().Single(), Is.EqualTo(items[1] with { Code = RefusalCode.WrongDevice, Message = _intake.Kept().Single().Message }));
    }

    [Test]
    public async Task Resubmit_OfAMessageThatUsedUpItsKey_IsDecidedAnew()
    {
        var enrollment = await _intake.RequestAsync();
        await ScanAsync(Some.Device, enrollment, slot: 9);
        Assert.That(await ResubmitAsync(_intake.Kept()[0]), Is.EqualTo(("refused", RefusalCode.WrongSlot)), "the same decision, the same answer");
        Assert.That(_intake.Kept(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Resubmit_ThatFits_IsOnTheChannel_AndLeavesTheQuarantine()
    {
        var answer = "scanners/door-6/acks";
        await _intake.PublishAsync(answer, """{"id":"7-1","command":"c1","ok":true}"""u8.ToArray());
        await _intake.RegisterAsync("door-6");

        Assert.That(await ResubmitAsync(_intake.Kept()[0]), Is.EqualTo(("taken", (RefusalCode?)null)));
        Assert.That(_intake.Kept(), Is.Empty);
        var events = await _intake.Journal.ReadAsync(Gateway.Modules.Devices.Devices.ChannelOf("door-6"), 0, 10, CancellationToken.None);
        Assert.That(events.Select(stored => stored.Type), Does.Contain("answered"));

        await _intake.PublishAsync(answer, """{"id":"7-1","command":"c1","ok":true}"""u8.ToArray());
        Assert.That(_intake.Kept(), Is.Empty, "a redelivery of what was taken is absorbed");
    }

    [Test]
    public void Resubmit_OfNothing_IsUnknown() =>
        Assert.That(() => _intake.Resubmission.RunAsync("x"), Throws.InstanceOf<RequestRefusedException>().With.Property("Code").EqualTo("unknown_quarantine"));

    [Test, Category("Slow")]
    public async Task Sweep_DropsWhatIsTooOld()
    {
        await MalformedAsync("old");
        _intake.Time.Advance(TimeSpan.FromDays(9));
        await MalformedAsync("young");
        _intake.Time.Advance(TimeSpan.FromDays(2));
        await _intake.Keeper.SweepAsync();

        Assert.That(_intake.Kept().Select(item => item.Payload), Is.EqualTo(new[] { "young" }));
    }

    [Test]
    public async Task Sweep_KeepsTheNewest_WhereThereAreTooMany()
    {
        for (var i = 0; i < 5; i++)
        {
            await MalformedAsync($"{i}");
        }

        await _intake.Keeper.SweepAsync();

        Assert.That(_intake.Kept().Select(item => item.Payload), Is.EqualTo(new[] { "4", "3", "2" }));
        Assert.That(Quarantine.CountsOf(_intake.Journal)["malformed"], Is.EqualTo(3));
    }

    [TestCase("plain", "\"plain\"")]
    [TestCase("say \"hi\", then", "\"say \"\"hi\"\", then\"")]
    [TestCase("=HYPERLINK(1)", "\"'=HYPERLINK(1)\"")]
    [TestCase("+1", "\"'+1\"")]
    [TestCase("-1", "\"'-1\"")]
    [TestCase("@x", "\"'@x\"")]
    [TestCase("\tx", "\"'\tx\"")]
    [TestCase("two\nlines", "\"two\nlines\"")]
    [TestCase(null, "\"\"")]
    public void Cell_IsQuoted_AndNoFormula(string? text, string cell) => Assert.That(QuarantineExport.Cell(text), Is.EqualTo(cell));

    private Task<Answer> MalformedAsync(string payload) => _intake.PublishAsync($"scanners/{Some.Device}/acks", Encoding.UTF8.GetBytes(payload));

    private Task<Answer> ScanAsync(string device, string enrollment, int slot = 0) => _intake.PublishAsync(
        $"scanners/{device}/enrollments/{enrollment}/scans/1",
        Encoding.UTF8.GetBytes($$"""{"id":"7-1","status":"progress","step":1,"of":3,"slot":{{slot}},"uptime":1}"""));

    private async Task<(string Result, RefusalCode? Code)> ResubmitAsync(QuarantinedMessage item)
    {
        var answer = await _intake.Resubmission.RunAsync(item.Id);
        return (answer.Result, answer.Code);
    }
}
