using Gateway.Journal;

namespace Gateway.Tests.Journal;

public sealed class RisingIdsTests
{
    [Test]
    public void Ids_OfOneMillisecond_RiseAsText_AndAreOfVersionSeven()
    {
        var ids = new RisingIds();
        var made = Enumerable.Range(0, 10_000).Select(_ => ids.Next(Some.Now)).ToList();

        Assert.That(made, Is.EqualTo(made.Order(StringComparer.Ordinal)).And.Unique);
        Assert.That(made.Select(id => Guid.Parse(id).Version).Distinct(), Is.EqualTo(new[] { 7 }));
    }

    [Test]
    public void Ids_WhenTheClockStepsBack_StillRise()
    {
        var ids = new RisingIds();
        string[] made = [ids.Next(Some.Now), ids.Next(Some.Now.AddHours(-1)), ids.Next(Some.Now.AddMilliseconds(1))];

        Assert.That(made, Is.EqualTo(made.Order(StringComparer.Ordinal)));
    }
}
