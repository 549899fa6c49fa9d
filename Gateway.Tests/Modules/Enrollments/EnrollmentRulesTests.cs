using Gateway.Modules;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Modules.Enrollments;

public sealed class EnrollmentRulesTests
{
    private static readonly Dictionary<EnrollmentPhase, EnrollmentInput[]> WayTo = new()
    {
        [EnrollmentPhase.Requested] = [],
        [EnrollmentPhase.Armed] = [Some.Answer()],
        [EnrollmentPhase.Scanning] = [Some.Answer(), Some.Scan(1)],
        [EnrollmentPhase.Succeeded] = [Some.Scan(1), Some.Scan(2), Some.Scan(3), Some.Success()],
        [EnrollmentPhase.Failed] = [Some.Error()],
        [EnrollmentPhase.Cancelled] = [new CancelRequested("admin")],
        [EnrollmentPhase.Expired] = [],
    };

    private static readonly (string Name, Func<int, EnrollmentInput> Input, string Requested, string Armed, string Scanning, string Ended)[] Table =
    [
        ("waiting", step => Some.Scan(step, ScanStatus.Waiting), "armed waiting", "waiting", "waiting", "terminal"),
        ("progress", step => Some.Scan(step), "armed progress", "progress", "progress", "terminal"),
        ("retry", step => Some.Scan(step, ScanStatus.Retry), "armed retry", "retry", "retry", "terminal"),
        ("success", _ => Some.Success(), "", "", "", "terminal"),
        ("error", _ => Some.Error(), "failed", "failed", "failed", "terminal"),
        ("yes", _ => Some.Answer(), "armed", "", "", ""),
        ("no", _ => Some.Answer(ok: false), "failed", "", "", ""),
        ("cancel", _ => new CancelRequested("admin"), "cancelled", "cancelled", "cancelled", "terminal"),
        ("start", _ => new StartRequested(), "", "", "", ""),
        ("subscriber", _ => new SubscriberCame(), "", "", "", ""),
        ("no subscriber", _ => new SubscribersGone(), "", "", "", ""),
        ("away", _ => new ScannerTurned(IsOnline: false), "", "", "", ""),
        ("back", _ => new ScannerTurned(IsOnline: true), "", "", "", ""),
        ("time", _ => new TimePassed(), "", "", "", ""),
    ];

    public static IEnumerable<TestCaseData> Transitions()
    {
        foreach (var (name, input, requested, armed, scanning, ended) in Table)
        {
            foreach (var phase in Enum.GetValues<EnrollmentPhase>())
            {
                var outcome = phase switch
                {
                    EnrollmentPhase.Requested => requested,
                    EnrollmentPhase.Armed => armed,
                    EnrollmentPhase.Scanning => scanning,
                    _ => ended,
                };
                yield return new TestCaseData(phase.ToString(), input(phase == EnrollmentPhase.Scanning ? 2 : 1), outcome)
                    .SetName($"Rule_{phase}_On{name.Replace(" ", "", StringComparison.Ordinal)}_Gives{outcome.Replace(" ", "And", StringComparison.Ordinal)}");
            }
        }
    }

    [TestCaseSource(nameof(Transitions))]
    public void Rule(string phase, object input, string outcome)
    {
        var some = At(Enum.Parse<EnrollmentPhase>(phase));
        var decision = some.Take((EnrollmentInput)input);

        Assert.That(decision.Refusal?.Code.ToString().ToLowerInvariant() ?? string.Join(' ', decision.Events.Select(draft => draft.Type)), Is.EqualTo(outcome));
    }

    [Test]
    public void Scan_OfAnotherScanner_IsWrongDevice() => Refuses(Some.Scan(1, device: "door-2"), RefusalCode.WrongDevice);

    [Test]
    public void Scan_OfAnotherSlot_IsWrongSlot() => Refuses(Some.Scan(1, slot: 5), RefusalCode.WrongSlot);

    [Test]
    public void Result_OfAnotherScanner_IsWrongDevice([Values] bool isSuccess) =>
        Refuses(isSuccess ? Some.Success(device: "door-2") : Some.Error(device: "door-2"), RefusalCode.WrongDevice);

    [Test]
    public void Result_OfAnotherSlot_IsWrongSlot([Values] bool isSuccess) =>
        Refuses(isSuccess ? Some.Success(slot: 5) : Some.Error(slot: 5), RefusalCode.WrongSlot);

    [TestCase(0, 3)]
    [TestCase(-1, 3)]
    [TestCase(4, 3)]
    [TestCase(1, 4)]
    [TestCase(4, 4)]
    [TestCase(int.MaxValue, int.MaxValue)]
    public void Scan_OutOfTheRequest_IsStepOutOfRange(int step, int of) => Refuses(Some.Scan(step, of: of), RefusalCode.StepOutOfRange);

    [TestCase(nameof(ScanStatus.Waiting))]
    [TestCase(nameof(ScanStatus.Progress))]
    [TestCase(nameof(ScanStatus.Retry))]
    public void Scan_OfACapturedStepUnderANewId_IsLate(string status) =>
        Assert.That(At(EnrollmentPhase.Scanning).Take(Some.Scan(1, Enum.Parse<ScanStatus>(status))).Refusal?.Code, Is.EqualTo(RefusalCode.Late));

    [Test]
    public void Scan_OfAHeldStepUnderANewId_IsLate() =>
        Assert.That(new SomeEnrollment().After(Some.Scan(2)).Take(Some.Scan(2)).Refusal?.Code, Is.EqualTo(RefusalCode.Late));

    [Test]
    public void Success_ThatIsHeld_ASecondTime_IsLate() =>
        Assert.That(new SomeEnrollment().After(Some.Success()).Take(Some.Success()).Refusal?.Code, Is.EqualTo(RefusalCode.Late));

    [Test]
    public void Slot_Zero_IsASlotLikeAnyOther()
    {
        var other = new SomeEnrollment(slot: 5);

        Assert.That(other.Take(Some.Scan(1, slot: 0)).Refusal?.Code, Is.EqualTo(RefusalCode.WrongSlot));
        Assert.That(other.Take(Some.Scan(1, slot: 5)).Refusal, Is.Null);
    }

    [Test]
    public void Error_WithoutAReason_FailsAsUnknown() =>
        Assert.That(new SomeEnrollment().After(Some.Error(reason: null)).State.Reason, Is.EqualTo("unknown"));

    [Test]
    public void Error_WhileSomethingIsHeld_IsNotHeld() =>
        Assert.That(new SomeEnrollment().After(Some.Scan(3), Some.Success(), Some.Error("timeout")).State.State, Is.EqualTo(EnrollmentPhase.Failed));

    [Test]
    public void Cancel_Twice_IsRefusedTheSecondTime_AndAppendsNothing()
    {
        var some = new SomeEnrollment().After(new CancelRequested("admin"));
        var again = some.Take(new CancelRequested("somebody"));

        Assert.That((again.Refusal?.Code, again.Events.Count), Is.EqualTo((RefusalCode.Terminal, 0)));
        Assert.That(some.State.Reason, Is.EqualTo("admin"));
    }

    [Test]
    public void Start_ByWhoeverIsFirst_TellsTheScannerOnce()
    {
        var some = new SomeEnrollment();
        var starts = new EnrollmentInput[] { new SubscriberCame(), new SubscriberCame(), new StartRequested() }.Select(input => some.Take(input).Start);

        Assert.That(starts, Is.EqualTo(new[] { true, false, false }));
    }

    private static void Refuses(EnrollmentInput input, RefusalCode code)
    {
        var some = new SomeEnrollment();
        var decision = some.Take(input);

        Assert.That((decision.Refusal?.Code, decision.Events.Count), Is.EqualTo((code, 0)));
        Assert.That(decision.Refusal!.Message, Is.Not.Empty);
    }

    private static SomeEnrollment At(EnrollmentPhase phase)
    {
        var some = new SomeEnrollment().After(WayTo[phase]);
        if (phase == EnrollmentPhase.Expired)
        {
            some.Wait(300);
        }

        Assert.That(some.State.State, Is.EqualTo(phase), "the way there");
        return some;
    }
}
