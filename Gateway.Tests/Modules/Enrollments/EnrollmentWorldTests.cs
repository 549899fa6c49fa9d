using FsCheck;
using FsCheck.Fluent;
using Gateway.Journal;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Modules.Enrollments;

/// <summary>What holds whatever scanners, network, pages and restarts do, in whatever order.</summary>
public sealed class EnrollmentWorldTests
{
    private static readonly EnrollmentKind Kind = new();

    [Test]
    [Category("Slow")]
    public void Promises_HoldUnderEveryInterleaving() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(40).WithStartSize(20).WithEndSize(600),
        Prop.ForAll(Gen.Choose(0, ScannerWorld.Acts * 1000).ListOf().ToArbitrary(), numbers => RunAsync([.. numbers]).GetAwaiter().GetResult()));

    private static async Task<bool> RunAsync(IReadOnlyList<int> numbers)
    {
        await using var world = new ScannerWorld();
        await world.BeginAsync();
        foreach (var number in numbers)
        {
            await world.ActAsync(number);
            await AssertOneEnrollmentPerScannerAsync(world);
        }

        await world.EndAsync();
        foreach (var enrollment in world.Enrollments)
        {
            var events = await world.EventsAsync(enrollment);
            AssertOrdered(events);
            Assert.That((await world.StateAsync(enrollment)).IsTerminal, "every lease ends");
            Assert.That(await world.StateAsync(enrollment), Is.EqualTo(events.Aggregate((EnrollmentState?)null, Kind.Fold)), "the state is the fold");
        }

        foreach (var page in world.Pages)
        {
            Assert.That(page.View, Is.EqualTo(await world.StateAsync(page.Enrollment)), "each page shows what is true");
        }

        return true;
    }

    private static void AssertOrdered(IReadOnlyList<StoredEvent> events)
    {
        Assert.That(events.Select(stored => stored.Seq), Is.EqualTo(Enumerable.Range(1, events.Count).Select(seq => (long)seq)), "no gap");
        var captures = events.Where(stored => stored.Type == EnrollmentEvents.Progress).Select(stored => stored.Read<EnrollmentEvents.ProgressData>());
        var steps = captures.Select(capture => capture.Step).ToList();
        Assert.That(steps, Is.EqualTo(Enumerable.Range(1, steps.Count)), "each step once, in order: percent never falls");
        var ends = events.Count(stored => stored.Type is "succeeded" or "failed" or "cancelled" or "expired");
        Assert.That((ends, events[^1].Type is "succeeded" or "failed" or "cancelled" or "expired"), Is.EqualTo((1, true)), "one end, and nothing after it");
        Assert.That(events[^1].Type != "succeeded" || steps.Count == 3, "a success has all its steps");
        Assert.That(events.Count(stored => stored.Type == EnrollmentEvents.Armed), Is.LessThanOrEqualTo(1));
    }

    private static async Task AssertOneEnrollmentPerScannerAsync(ScannerWorld world)
    {
        var open = new List<string>();
        foreach (var enrollment in world.Enrollments)
        {
            var state = await world.StateAsync(enrollment);
            if (!state.IsTerminal)
            {
                open.Add(state.Device);
            }
        }

        Assert.That(open, Is.Unique, "one active enrollment a scanner");
    }
}
