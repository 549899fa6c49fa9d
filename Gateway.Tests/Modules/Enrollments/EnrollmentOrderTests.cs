using FsCheck;
using FsCheck.Fluent;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Modules.Enrollments;

/// <summary>Whatever the order in which a scanner's messages arrive: steps never run backwards, and nothing that arrived is lost.</summary>
public sealed class EnrollmentOrderTests
{
    [Test]
    public void Steps_ArrivingInAnyOrderWithRepeats_AppearOnceEachInOrder_AndEndInSuccess() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(EverythingInAnyOrder().ToArbitrary(), arrival =>
        {
            var some = new SomeEnrollment(arrival.Scans);
            var percents = arrival.Steps.Select(step => some.After(Input(step, arrival.Scans)).State.Percent).ToList();

            Assert.That(some.Steps, Is.EqualTo(Enumerable.Range(1, arrival.Scans)));
            Assert.That(percents, Is.Ordered);
            Assert.That(some.State.State, Is.EqualTo(EnrollmentPhase.Succeeded));
            Assert.That(some.Captures.Select(capture => capture.Inferred), Has.None.True, "nothing has to be inferred");
        }));

    [Test]
    public void Steps_WithLossesAndPauses_NeverRunBackwards() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(AnythingWithPauses().ToArbitrary(), arrival =>
        {
            var some = new SomeEnrollment(arrival.Scans);
            var percent = 0;
            foreach (var (step, pause) in arrival.Steps)
            {
                some.Take(Input(step, arrival.Scans));
                some.Wait(pause / 2.0);
                Assert.That(some.State.Percent, Is.GreaterThanOrEqualTo(percent));
                percent = some.State.Percent;
            }

            Assert.That(some.Steps, Is.EqualTo(Enumerable.Range(1, some.State.Captured)));
        }));

    [Test]
    public void Success_WhateverWasLost_SucceedsInTheEnd() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(AnythingWithPauses().ToArbitrary(), arrival =>
        {
            var some = new SomeEnrollment(arrival.Scans);
            foreach (var (step, _) in arrival.Steps)
            {
                some.Take(Input(step, arrival.Scans));
            }

            some.Take(Some.Success());
            while (!some.State.IsTerminal)
            {
                some.Wait((some.Deadline!.Value - some.Now).TotalSeconds);
            }

            Assert.That(some.Steps, Is.EqualTo(Enumerable.Range(1, arrival.Scans)));
            Assert.That(some.State.State, Is.EqualTo(EnrollmentPhase.Succeeded));
            Assert.That(some.Now - Some.Now, Is.LessThanOrEqualTo(TimeSpan.FromSeconds(5)));
        }));

    // The step after the last is the success.
    private static EnrollmentInput Input(int step, int scans) => step > scans ? Some.Success() : Some.Scan(step, of: scans);

    private static Gen<(int Scans, int[] Steps)> EverythingInAnyOrder() =>
        from scans in Gen.Choose(1, 10)
        from repeats in Gen.Choose(1, scans + 1).ListOf()
        from steps in Gen.Shuffle(Enumerable.Range(1, scans + 1).Concat(repeats))
        select (scans, steps);

    private static Gen<(int Scans, List<(int Step, int HalfSeconds)> Steps)> AnythingWithPauses() =>
        from scans in Gen.Choose(1, 10)
        from steps in (from step in Gen.Choose(1, scans) from pause in Gen.Choose(0, 12) select (step, pause)).ListOf()
        select (scans, steps.ToList());
}
