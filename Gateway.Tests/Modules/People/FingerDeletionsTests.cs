using Gateway.Modules.People;

namespace Gateway.Tests.Modules.People;

/// <summary>How long a scanner is left alone that did not delete a finger.</summary>
public sealed class FingerDeletionsTests
{
    [TestCase(0, 60)]
    [TestCase(1, 5)]
    [TestCase(2, 10)]
    [TestCase(10, 2_560)]
    [TestCase(11, 3_600)]
    [TestCase(1_000_000, 3_600)]
    public void Wait_DoublesWithEachRefusal_UpToAnHour(int refusals, int seconds) =>
        Assert.That(FingerDeletions.WaitAfter(refusals), Is.EqualTo(TimeSpan.FromSeconds(seconds)));
}
