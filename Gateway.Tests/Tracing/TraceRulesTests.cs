using Gateway.Channels;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;
using Gateway.Tracing;

namespace Gateway.Tests.Tracing;

/// <summary>What the trace says, fact by fact; now is 14 seconds after the last thing that happened.</summary>
public sealed class TraceRulesTests
{
    private static readonly DateTimeOffset Now = Some.Now.AddSeconds(14);

    private static readonly EnrollmentState Scanning = new()
    {
        Id = Some.EnrollmentId,
        Device = "lab-1",
        Person = "Ada",
        Slot = 0,
        Scans = 3,
        State = EnrollmentPhase.Scanning,
        Step = 2,
        Captured = 1,
        ExpiresAt = Some.Now.AddSeconds(300),
        At = Some.Now,
    };

    private static readonly TraceFacts Facts = new()
    {
        Enrollment = Scanning,
        Scanner = new(IsOnline: true),
        Captures = [Capture(1)],
        IsTold = true,
        Pages = [],
    };

    public static IEnumerable<TestCaseData> Stops()
    {
        static TestCaseData Says(string name, TraceFacts facts, int step, string sentence) =>
            new TestCaseData(facts, step, sentence).SetName($"Stopped_{name}_IsSaidInWords");

        var requested = Scanning with { State = EnrollmentPhase.Requested, Captured = 0, Step = 0 };
        yield return Says("Waiting", Facts, 2, "scanner lab-1 has been waiting for the finger for 14 s");
        yield return Says("Later", Facts, 3, "it comes after step 2");
        yield return Says("Offline", Facts with { Scanner = new(IsOnline: false, Some.Now.AddMinutes(2)) }, 2, "scanner lab-1 has been offline since 10:02:00");
        yield return Says("OfflineForLong", Facts with { Scanner = new(IsOnline: false) }, 2, "scanner lab-1 is offline");
        yield return Says("Deleted", Facts with { Scanner = null }, 2, "scanner lab-1 is not registered any more");
        yield return Says("NoSensor", Facts with { Scanner = new(true, null, SensorHealth.Missing) }, 2, "scanner lab-1 does not find its sensor");
        yield return Says("SensorError", Facts with { Scanner = new(true, null, SensorHealth.Error) }, 2, "scanner lab-1 reports an error of its sensor");
        yield return Says("Misfit", Facts with { Misfits = [Misfit(2)] }, 2, "quarantined at 10:00:00: slot 9 is not this enrollment's");
        yield return Says("MisfitOfAnother", Facts with { Misfits = [Misfit(3)] }, 2, "scanner lab-1 has been waiting for the finger for 14 s");
        yield return Says("Held", Facts with { Held = [Capture(3)] }, 3, "it came before step 2 and waits for that");
        yield return Says("NotTold", Facts with { Enrollment = requested, Captures = [], IsTold = false }, 1,
            "scanner lab-1 has not been told to begin: no page has subscribed yet");
        yield return Says("Unanswered", Facts with { Enrollment = requested, Captures = [], IsUnanswered = true }, 1,
            "scanner lab-1 is online and has not answered for 14 s");
        yield return Says("Retry", Facts with { Enrollment = Scanning with { Reason = "too_dry" } }, 2,
            "scanner lab-1 asked for the finger again (too_dry) 14 s ago");
        yield return Says("Expired", Facts with { Enrollment = Scanning with { State = EnrollmentPhase.Expired } }, 2,
            "it had not come when the enrollment expired at 10:00:00");
        yield return Says("Abandoned", Facts with { Enrollment = Scanning with { State = EnrollmentPhase.Cancelled, Reason = "abandoned" } }, 2,
            "it had not come when the enrollment was cancelled at 10:00:00: nobody was looking at it any more");
        yield return Says("Unacknowledged", Facts with { Pages = [Page("3", sent: Some.Now)] }, 1, "page 3 has not acknowledged for 14 s");
        yield return Says("Unsent", Facts with { Pages = [Page("3", sent: null)] }, 1, "page 3 has not been sent it yet");
    }

    [TestCaseSource(nameof(Stops))]
    public void Stopped(object facts, int step, string sentence) =>
        Assert.That(TraceRules.Explain((TraceFacts)facts, Now).Scans[step - 1].Stopped, Is.EqualTo(sentence));

    [Test]
    public void Scan_ThatEverybodyHas_StoppedNowhere()
    {
        var trace = TraceRules.Explain(Facts with { Pages = [Page("3", Some.Now, Some.Now.AddMilliseconds(20))] }, Now);

        Assert.That(trace.Scans[0], Is.EqualTo(new TracedScan(1, Some.Now, Some.Now.AddMilliseconds(3), Some.Now.AddMilliseconds(4), trace.Scans[0].Pages)));
        Assert.That(trace.Scans[0].Pages.Single(), Is.EqualTo(new TracedPage("3", Some.Now, Some.Now.AddMilliseconds(20))));
        Assert.That(trace.Explanation, Is.EqualTo(
            "1 of 3 scans are on disk; step 2: scanner lab-1 has been waiting for the finger for 14 s. Every page has acknowledged what there is."));
    }

    [Test]
    public void Page_ThatCannotAcknowledge_IsNotBlamedForIt()
    {
        var reader = Page("http-admin", Some.Now) with { CanAcknowledge = false };
        var alone = TraceRules.Explain(Facts with { Pages = [reader] }, Now);
        var beside = TraceRules.Explain(Facts with { Pages = [reader, Page("3", Some.Now, Some.Now)] }, Now);
        var unsent = TraceRules.Explain(Facts with { Pages = [Page("http-admin", sent: null) with { CanAcknowledge = false }] }, Now);

        Assert.That((alone.Scans[0].Stopped, beside.Scans[0].Stopped), Is.EqualTo(((string?)null, (string?)null)));
        Assert.That(alone.Explanation, Does.EndWith(" It was sent to every page; none of them can acknowledge."));
        Assert.That(beside.Explanation, Does.EndWith(" Every page that can acknowledge has acknowledged what there is."));
        Assert.That(unsent.Scans[0].Stopped, Is.EqualTo("page http-admin has not been sent it yet"));
    }

    [Test]
    public void Scan_ThatCameEarly_IsOnDisk_AndIsNotTheOneThatIsMissing()
    {
        var trace = TraceRules.Explain(Facts with { Held = [Capture(3)] }, Now);

        Assert.That((trace.Scans[2].Received, trace.Scans[2].Durable), Is.EqualTo((Some.Now.AddMilliseconds(3), Some.Now.AddMilliseconds(4))));
        Assert.That(trace.Explanation, Does.StartWith("2 of 3 scans are on disk; step 2: scanner lab-1 has been waiting")
            .And.Contain("Step 3: it came before step 2 and waits for that."));
    }

    [Test]
    public void Success_TellsTheWhole()
    {
        var facts = Facts with
        {
            Enrollment = Scanning with { State = EnrollmentPhase.Succeeded, Captured = 3, Step = 3 },
            Captures = [Capture(1), Capture(2) with { Device = null, Received = null }, Capture(3)],
        };

        var trace = TraceRules.Explain(facts, Now);
        Assert.That(trace.Explanation, Is.EqualTo("All 3 scans are on disk. The enrollment succeeded at 10:00:00. No page has followed it."));
        var text = new StringWriter();
        TraceText.Write(trace, text);
        Assert.That(text.ToString(), Is.EqualTo("""
            scan 1  device 10:00:00.000 → received 10:00:00.003 (+3 ms) → durable 10:00:00.004 (+1 ms)
            scan 2  inferred 10:00:00.004
            scan 3  device 10:00:00.000 → received 10:00:00.003 (+3 ms) → durable 10:00:00.004 (+1 ms)
            All 3 scans are on disk. The enrollment succeeded at 10:00:00. No page has followed it.

            """));
    }

    [Test]
    public void Result_InQuarantine_IsTold()
    {
        var facts = Facts with
        {
            Enrollment = Scanning with { Captured = 3, Step = 3 },
            Captures = [Capture(1), Capture(2), Capture(3)],
            Misfits = [Misfit(null)],
        };

        Assert.That(TraceRules.Explain(facts, Now).Explanation, Does.Contain("has not reported its result for 14 s")
            .And.Contain("Quarantined at 10:00:00: slot 9 is not this enrollment's."));
    }

    private static CaptureFact Capture(int step) => new(step, step + 2, Some.Now, Some.Now.AddMilliseconds(3), Some.Now.AddMilliseconds(4));

    private static MisfitFact Misfit(int? step) => new(step, Some.Now, RefusalCode.WrongSlot, "slot 9 is not this enrollment's");

    private static PageFact Page(string subscriber, DateTimeOffset? sent, DateTimeOffset? acknowledged = null) =>
        new(subscriber, new Dictionary<long, Receipt> { [3] = new(Some.Now, sent, acknowledged) });
}
