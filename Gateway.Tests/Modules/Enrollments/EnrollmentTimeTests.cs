using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Modules.Enrollments;

/// <summary>What time alone does: gaps are asked about, then inferred; nobody watching; the lease.</summary>
public sealed class EnrollmentTimeTests
{
    [Test]
    public void Scan_ThatIsEarly_IsHeldWithoutAnEvent()
    {
        var some = new SomeEnrollment();
        var decision = some.Take(Some.Scan(2));

        Assert.That((decision.Refusal, decision.Events.Count), Is.EqualTo(((Gateway.Modules.Refusal?)null, 0)));
        Assert.That(some.Open.HeldScans.Select(held => held.Step), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void Scan_ThatFillsTheGap_ReleasesWhatWasHeld()
    {
        var some = new SomeEnrollment().After(Some.Answer(), Some.Scan(3, quality: 30), Some.Scan(2, quality: 20), Some.Success());
        var decision = some.Take(Some.Scan(1, quality: 10));

        Assert.That(decision.Events.Select(draft => draft.Type), Is.EqualTo(new[] { "progress", "progress", "progress", "succeeded" }));
        Assert.That(some.Captures.Select(capture => capture.Quality), Is.EqualTo(new[] { 10, 20, 30 }));
        Assert.That(some.Deadline, Is.Null);
    }

    [Test]
    public void Gap_After2Seconds_AsksForTheMissingStepOnce()
    {
        var some = new SomeEnrollment().After(Some.Scan(1), Some.Scan(3));

        Assert.That(new[] { 1.9, 0.1, 0.1 }.Select(seconds => some.Wait(seconds).ResendFrom), Is.EqualTo(new int?[] { null, 2, null }));
    }

    [Test]
    public void Gap_3SecondsAfterItWasAsked_IsInferred_ThenWhatWasHeldFollows()
    {
        var some = new SomeEnrollment().After(Some.Scan(1), Some.Scan(3));
        some.Wait(2);
        Assert.That(some.Wait(2.9).Events, Is.Empty);
        some.Wait(0.1);

        Assert.That(some.Steps, Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(some.Captures.Select(capture => capture.Inferred), Is.EqualTo(new bool?[] { null, true, null }));
    }

    [Test]
    public void Gap_SeenLate_IsStillAskedBeforeItIsInferred()
    {
        var some = new SomeEnrollment().After(Some.Scan(1), Some.Scan(3));
        var asked = some.Wait(60);

        Assert.That((asked.ResendFrom, asked.Events.Count), Is.EqualTo((2, 0)), "a service that was down asks first");
        Assert.That(some.Wait(2.9).Events, Is.Empty);
        Assert.That(some.Wait(0.1).Events, Has.Count.EqualTo(2));
    }

    [Test]
    public void Success_WithEveryStepMissing_InfersThemAll_AndTheArming()
    {
        var some = new SomeEnrollment().After(Some.Success());
        some.Wait(2);
        some.Wait(3);

        Assert.That(
            some.Events.Select(stored => stored.Type), Is.EqualTo(new[] { "requested", "armed", "progress", "progress", "progress", "succeeded" }));
    }

    [Test]
    public void Scan_AnsweringTheResend_IsNotInferred()
    {
        var some = new SomeEnrollment().After(Some.Scan(2));
        some.Wait(2);
        some.Take(Some.Scan(1));
        some.Wait(10);

        Assert.That(some.Steps, Is.EqualTo(new[] { 1, 2 }));
        Assert.That(some.Captures.Select(capture => capture.Inferred), Has.None.True);
    }

    [Test]
    public void Abandon_AfterTheLastPageLeft_Cancels()
    {
        var some = new SomeEnrollment().After(new SubscriberCame(), new SubscribersGone());
        some.Wait(59.9);
        Assert.That(some.State.State, Is.EqualTo(EnrollmentPhase.Requested));
        some.Wait(0.1);

        Assert.That((some.State.State, some.State.Reason), Is.EqualTo((EnrollmentPhase.Cancelled, "abandoned")));
    }

    [Test]
    public void Abandon_WhenAPageCameBack_DoesNotHappen()
    {
        var some = new SomeEnrollment().After(new SubscriberCame(), new SubscribersGone());
        some.Wait(59);
        some.Take(new SubscriberCame());
        some.Wait(100);

        Assert.That(some.State.State, Is.EqualTo(EnrollmentPhase.Requested));
    }

    [Test]
    public void Abandon_BeforeAnyPageCame_DoesNotHappen()
    {
        var some = new SomeEnrollment();
        some.Wait(299);

        Assert.That(some.State.State, Is.EqualTo(EnrollmentPhase.Requested));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Abandon_OfWhatTheCallerStarted_NeverHappens(bool startedBeforeThePageLeft)
    {
        var some = startedBeforeThePageLeft
            ? new SomeEnrollment().After(new StartRequested(), new SubscriberCame(), new SubscribersGone())
            : new SomeEnrollment().After(new SubscriberCame(), new SubscribersGone(), new StartRequested());
        some.Wait(299);

        Assert.That(some.State.State, Is.EqualTo(EnrollmentPhase.Requested));
    }

    [Test]
    public void Abandon_ToldTwiceThatNobodyWatches_CountsFromTheFirst()
    {
        var some = new SomeEnrollment().After(new SubscriberCame(), new SubscribersGone());
        some.Wait(59);
        some.Take(new SubscribersGone());
        some.Wait(1);

        Assert.That(some.State.Reason, Is.EqualTo("abandoned"));
    }

    [Test]
    public void Silence_Of10SecondsOnline_IsAReason_AndNoEnd()
    {
        var some = new SomeEnrollment().After(new StartRequested());
        Assert.That(In(some), Is.EqualTo(10));
        some.Wait(9.9);
        Assert.That(some.State.Reason, Is.Null);
        some.Wait(0.1);

        Assert.That((some.State.State, some.State.Step, some.State.Reason), Is.EqualTo((EnrollmentPhase.Requested, 0, "no_answer")));
        Assert.That(some.Events[^1].Type, Is.EqualTo("waiting"), "no retry: nobody was asked for a finger again");
        some.Wait(100);
        Assert.That(some.Events, Has.Count.EqualTo(2), "it is said once");
    }

    [Test]
    public void Silence_ThatIsBroken_IsNoReasonAnyMore([Values] bool isScan)
    {
        var some = new SomeEnrollment().After(new StartRequested());
        some.Wait(10);
        some.Take(isScan ? Some.Scan(1) : Some.Answer());

        Assert.That(some.State.Reason, Is.Null);
        Assert.That(some.Events.Select(stored => stored.Type), Is.EqualTo(isScan
            ? new[] { "requested", "waiting", "armed", "progress" }
            : ["requested", "waiting", "armed"]));
    }

    [Test]
    public void Result_ThatDoesNotCome_IsAskedForOnce_AndNeverMadeUp()
    {
        var some = new SomeEnrollment().After(Some.Answer(), Some.Scan(1), Some.Scan(2), Some.Scan(3));
        Assert.That(In(some), Is.EqualTo(10));
        Assert.That(some.Wait(9.9).ResendFrom, Is.Null);
        Assert.That(some.Wait(0.1).ResendFrom, Is.EqualTo(3));
        Assert.That(some.Wait(100).ResendFrom, Is.Null);

        Assert.That((some.State.State, some.State.Captured), Is.EqualTo((EnrollmentPhase.Scanning, 3)));
        some.Take(Some.Success());
        Assert.That(some.State.State, Is.EqualTo(EnrollmentPhase.Succeeded));
    }

    [Test]
    public void Silence_OfAScannerThatIsAway_DoesNotCount_AndBeginsAnewWhenItIsBack()
    {
        var some = new SomeEnrollment().After(new StartRequested());
        some.Wait(9);
        some.Take(new ScannerTurned(IsOnline: false));
        some.Wait(60);
        Assert.That(some.State.Reason, Is.Null);
        some.Take(new ScannerTurned(IsOnline: true));
        some.Wait(9.9);
        Assert.That(some.State.Reason, Is.Null);
        some.Wait(0.1);

        Assert.That(some.State.Reason, Is.EqualTo("no_answer"));
    }

    [Test]
    public void Silence_BeforeTheScannerWasTold_DoesNotCount()
    {
        var some = new SomeEnrollment().After(new ScannerTurned(IsOnline: false), new ScannerTurned(IsOnline: true));
        some.Wait(100);
        Assert.That(some.State.Reason, Is.Null);
        some.After(new ScannerTurned(IsOnline: false), new SubscriberCame());
        some.Wait(100);

        Assert.That(some.State.Reason, Is.Null);
    }

    [Test]
    public void Events_OfWhatTheScannerKept_BearItsTime()
    {
        var some = new SomeEnrollment();
        var (first, second) = (Some.Now.AddSeconds(-20), Some.Now.AddSeconds(-10));
        some.After(Some.Scan(2) with { At = second }, Some.Scan(1) with { At = first }, Some.Scan(3));

        Assert.That(some.Events.Where(stored => stored.Type == "progress").Select(stored => stored.At), Is.EqualTo(new[] { first, second, some.Now }));
    }

    [Test]
    public void Lease_AtItsEnd_Expires_WhateverHappensMeanwhile()
    {
        var some = new SomeEnrollment().After(new StartRequested(), Some.Answer(), Some.Scan(1));
        some.Wait(299.9);
        Assert.That(some.State.State, Is.EqualTo(EnrollmentPhase.Scanning));
        some.Wait(0.1);

        Assert.That(some.State.State, Is.EqualTo(EnrollmentPhase.Expired));
        Assert.That(some.State.ExpiresAt, Is.EqualTo(Some.Now + TimeSpan.FromSeconds(300)));
    }

    [Test]
    public void Deadline_IsTheNearestOfLeaseAbandonmentAndRepair()
    {
        var some = new SomeEnrollment();
        Assert.That(In(some), Is.EqualTo(300), "the lease");
        some.After(new SubscriberCame(), new SubscribersGone());
        Assert.That(In(some), Is.EqualTo(10), "the silence");
        some.Take(new ScannerTurned(IsOnline: false));
        Assert.That(In(some), Is.EqualTo(60), "abandonment");
        some.Take(Some.Scan(2));
        Assert.That(In(some), Is.EqualTo(2), "the resend");
        some.Wait(2);
        Assert.That(In(some), Is.EqualTo(3), "the inference");
        some.Take(new StartRequested());
        some.Wait(3);
        Assert.That(In(some), Is.EqualTo(295), "the lease again");
        some.Take(new CancelRequested("admin"));
        Assert.That(some.Deadline, Is.Null, "an end");
    }

    private static double? In(SomeEnrollment some) => (some.Deadline - some.Now)?.TotalSeconds;
}
