using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Modules.Enrollments;

/// <summary>What a scanner is told, how long that waits for it, and what ends the waiting.</summary>
public sealed class EnrollmentCommandTests
{
    private SomeDesk _some = null!;

    [SetUp]
    public async Task OpenDesk() => _some = await SomeDesk.OpenAsync();

    [TearDown]
    public async Task CloseDesk() => await _some.DisposeAsync();

    [Test]
    public async Task Command_ToEnroll_IsKeptUntilAnswered_OverARestartToo()
    {
        var (effects, _) = await _some.RequestAsync(startNow: true);
        var command = effects.Send.Single();
        await _some.RestartAsync();
        Assert.That(_some.Unanswered(), Is.EqualTo(new[] { command }));
        Assert.That((command.Do, command.Enrollment, command.Slot, command.Scans), Is.EqualTo(("enroll", effects.State!.Id, 0, 3)));

        await _some.AnswerAsync(command.Id);
        Assert.That(_some.Unanswered(), Is.Empty);
    }

    [TestCase("cancelled")]
    [TestCase("succeeded")]
    public async Task Command_ToSendAgain_EndsWithTheEnrollment(string end)
    {
        var first = (await _some.RequestAsync(startNow: true)).Effects.State!;
        await _some.ApplyAsync(first.Id, Some.Scan(2));
        _some.Time.Advance(TimeSpan.FromSeconds(2));
        await _some.ApplyAsync(first.Id, new TimePassed());
        Assert.That(_some.Unanswered().Select(command => command.Do), Is.EqualTo(new[] { "enroll", "resend" }));
        EnrollmentInput[] rest = end == "cancelled" ? [new CancelRequested("admin")] : [Some.Scan(1), Some.Scan(3), Some.Success()];
        await _some.ApplyAsync(first.Id, rest);

        Assert.That(_some.Unanswered().Select(command => command.Do), Is.EqualTo(end == "cancelled" ? new[] { "cancel" } : []));
    }

    [Test]
    public async Task Command_ToCancel_WaitsForDays_UntilTheScannerTakesOnAnother()
    {
        await _some.ApplyAsync((await _some.RequestAsync(startNow: true)).Effects.State!.Id, new CancelRequested("admin"));
        Assert.That(_some.Unanswered().Single(command => command.Do == "cancel").ExpiresAt, Is.GreaterThan(Some.Now + TimeSpan.FromDays(7)));
        var next = (await _some.RequestAsync("Bob", startNow: true)).Effects.State!;
        Assert.That(_some.Unanswered().Select(command => command.Do), Is.EqualTo(new[] { "cancel", "enroll" }), "it may be under way still");
        await _some.ApplyAsync(next.Id, Some.Answer());

        Assert.That(_some.Unanswered().Select(command => command.Do), Is.EqualTo(new[] { "enroll" }));
    }

    [Test]
    public async Task Command_OfAnotherScanner_IsNotAnsweredByThisOne()
    {
        var command = (await _some.RequestAsync(startNow: true)).Effects.Send.Single();
        await _some.ReportAsync(DeviceEvents.Registered, new DeviceEvents.RegisteredData("main", null), "door-2");
        await _some.AnswerAsync(command.Id, "door-2");

        Assert.That(_some.Unanswered(), Is.EqualTo(new[] { command }));
    }

    [Test]
    public async Task Command_TellsItsRemainingSeconds_AtEachDelivery()
    {
        var command = (await _some.RequestAsync(startNow: true)).Effects.Send.Single();
        var payloads = new[] { 0, 100.5 }.Select(seconds => System.Text.Encoding.UTF8.GetString(command.Payload(Some.Now + TimeSpan.FromSeconds(seconds))));

        Assert.That(payloads, Is.EqualTo(new[] { 300, 200 }.Select(left =>
            $$"""{"id":"{{command.Id}}","do":"enroll","enrollment":"{{command.Enrollment}}","slot":0,"scans":3,"expiresIn":{{left}}}""")));
    }

    [Test]
    public async Task Cancel_OfWhatTheScannerWasTold_TellsItToStop_AndOfTheRestSaysNothing([Values] bool wasTold)
    {
        var id = (await _some.RequestAsync(startNow: wasTold)).Effects.State!.Id;
        var effects = await _some.ApplyAsync(id, new CancelRequested("admin"));

        Assert.That(effects.Send.Select(command => command.Do), Is.EqualTo(wasTold ? new[] { "cancel" } : []));
        Assert.That(_some.Unanswered().Select(command => command.Do), Is.EqualTo(wasTold ? new[] { "cancel" } : []));
    }
}
