using Gateway.Journal;

namespace Gateway.Tests.Journal;

public sealed class ChannelNameTests
{
    [TestCase("enrollments/0198c0de-0000-7000-8000-000000000001")]
    [TestCase("devices/door-1")]
    [TestCase("checkins/main")]
    public void Name_OfAResource_IsReadAndWrittenAlike(string text)
    {
        Assert.That(ChannelName.TryParse(text, out var name), Is.True);
        Assert.That(name.ToString(), Is.EqualTo(text));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("devices")]
    [TestCase("devices/")]
    [TestCase("/door-1")]
    [TestCase("Devices/door-1")]
    [TestCase("devices/door/1")]
    [TestCase("devices/dö")]
    [TestCase("devices/a b")]
    [TestCase("devices/../x")]
    [TestCase("devices/#")]
    public void Name_ThatIsNoPathOfAResource_IsRefused(string? text) => Assert.That(ChannelName.TryParse(text, out _), Is.False);

    [Test]
    public void Name_OfAnIdOf129Characters_IsRefused() =>
        Assert.That(() => ChannelName.Of("devices", new string('a', 129)), Throws.ArgumentException);
}
