using Gateway.Contract;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Modules.Enrollments;

/// <summary>The state object of the contract, as it is folded from events and written as JSON.</summary>
public sealed class EnrollmentKindTests
{
    [Test]
    public void State_OfARequest_IsWrittenAsTheContractHasIt() => Assert.That(
        Some.Json(new SomeEnrollment().State),
        Is.EqualTo(
            $$"""{"id":"{{Some.EnrollmentId}}","device":"door-1","person":"Ada","slot":0,"scans":3,"state":"requested","step":0,"captured":0,"percent":0""" +
            ""","expiresAt":"2026-01-03T10:05:00.000Z","at":"2026-01-03T10:00:00.000Z"}"""));

    [Test]
    public void State_WithAReason_TellsIt() => Assert.That(
        Some.Json(new SomeEnrollment().After(Some.Scan(1, ScanStatus.Retry, reason: "too_dry")).State), Does.Contain("\"reason\":\"too_dry\""));

    [Test]
    public void Reason_OfARetry_GoesWithTheCapture() =>
        Assert.That(new SomeEnrollment().After(Some.Scan(1, ScanStatus.Retry, reason: "too_dry"), Some.Scan(1)).State.Reason, Is.Null);

    [Test]
    public void State_OverAWholeEnrollment_CountsStepsAndPercent()
    {
        var some = new SomeEnrollment();
        EnrollmentInput[] inputs =
        [
            Some.Answer(), Some.Scan(1, ScanStatus.Waiting), Some.Scan(1), Some.Scan(2, ScanStatus.Retry), Some.Scan(2), Some.Scan(3), Some.Success(),
        ];
        var states = inputs.Select(input => some.After(input).State).Select(state => (state.State, state.Step, state.Captured, state.Percent));

        Assert.That(states, Is.EqualTo(new[]
        {
            (EnrollmentPhase.Armed, 1, 0, 0),
            (EnrollmentPhase.Scanning, 1, 0, 0),
            (EnrollmentPhase.Scanning, 2, 1, 33),
            (EnrollmentPhase.Scanning, 2, 1, 33),
            (EnrollmentPhase.Scanning, 3, 2, 66),
            (EnrollmentPhase.Scanning, 3, 3, 100),
            (EnrollmentPhase.Succeeded, 3, 3, 100),
        }));
    }

    [Test]
    public void Percent_Of7Scans_IsRoundedDown()
    {
        var some = new SomeEnrollment(scans: 7);

        Assert.That(
            Enumerable.Range(1, 7).Select(step => some.After(Some.Scan(step, of: 7)).State.Percent), Is.EqualTo(new[] { 14, 28, 42, 57, 71, 85, 100 }));
    }

    [Test]
    public void State_WrittenAndReadBack_IsTheSame()
    {
        var state = new SomeEnrollment().After(Some.Scan(1), Some.Error("sensor_lost")).State;

        Assert.That(ContractJson.Read<EnrollmentState>(ContractJson.Write(state)), Is.EqualTo(state));
    }

    [Test]
    public void Progress_FromAScan_IsWrittenAsTheContractHasIt()
    {
        var scan = Some.Scan(1, quality: 80) with { Source = new("door-1", "7-42", 9000, Some.Now) };
        var some = new SomeEnrollment().After(scan);

        Assert.That(System.Text.Encoding.UTF8.GetString(some.Events[^1].Data.Span), Is.EqualTo(
            """{"step":1,"of":3,"percent":33,"quality":80,"source":{"device":"door-1","id":"7-42","uptime":9000,"received":"2026-01-03T10:00:00.000Z"}}"""));
    }

    [Test]
    public void Armed_ByAScanWhileTheAnswerIsOut_IsInferred()
    {
        var some = new SomeEnrollment().After(Some.Scan(1));

        Assert.That(some.Events.Select(stored => stored.Type), Is.EqualTo(new[] { "requested", "armed", "progress" }));
        Assert.That(some.Events[1].Read<EnrollmentEvents.ArmedData>().Inferred, Is.True);
    }

    [Test]
    public void Armed_ByTheAnswer_IsNotInferred() =>
        Assert.That(System.Text.Encoding.UTF8.GetString(new SomeEnrollment().After(Some.Answer()).Events[1].Data.Span), Does.Not.Contain("inferred"));
}
