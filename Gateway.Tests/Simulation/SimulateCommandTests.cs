using System.Net;
using Gateway.Contract;
using Gateway.Simulation;

namespace Gateway.Tests.Simulation;

public sealed class SimulateCommandTests
{
    [Test]
    public void Options_Absent_AreThoseOfAGatewayOnThisMachine()
    {
        var options = SimulateCommand.Read([]);

        Assert.That((options.Url, options.Token), Is.EqualTo((new Uri("http://localhost:8080"), (string?)null)));
        Assert.That(options.Mqtt, Is.EqualTo(new DnsEndPoint("localhost", 1883)));
        Assert.That((options.Scanners, options.Rate, options.Enrollments, options.Faults), Is.EqualTo((10, 1.0, (int?)null, Faults.None)));
    }

    [Test]
    public void Options_Given_AreTaken()
    {
        var options = SimulateCommand.Read(
            ["--url", "http://10.0.0.5:80", "--scanners", "50", "--rate", "10.5", "--enrollments", "1000", "--pace", "0.05", "--faults", "cut=0.5,reorder"]);

        Assert.That(options.Mqtt, Is.EqualTo(new IPEndPoint(IPAddress.Parse("10.0.0.5"), 1883)));
        Assert.That((options.Scanners, options.Rate, options.Enrollments), Is.EqualTo((50, 10.5, 1000)));
        Assert.That((options.Pace, options.Faults), Is.EqualTo((TimeSpan.FromMilliseconds(50), new Faults(Cut: 0.5, Reorder: Faults.All.Reorder))));
    }

    [TestCase("--url", "nowhere")]
    [TestCase("--mqtt", "here:many")]
    [TestCase("--mqtt", "here:0")]
    [TestCase("--scanners", "0")]
    [TestCase("--scanners", "-1")]
    [TestCase("--rate", "fast")]
    [TestCase("--pace", "0")]
    [TestCase("--faults", "earthquake")]
    [TestCase("--faults", "cut=2")]
    [TestCase("--scaners", "1")]
    public void Option_ThatIsWrong_IsNamed(string option, string value) =>
        Assert.That(() => SimulateCommand.Read([option, value]), Throws.InstanceOf<SettingException>().With.Message.StartsWith($"{option}: "));

    [Test]
    public void Options_ThatAreWrong_AreAllToldAtOnce() => Assert.That(
        () => SimulateCommand.Read(["--rate", "fast", "--scanners", "none", "--seed"]),
        Throws.InstanceOf<SettingException>().With.Message.Contains("--rate: ").And.Message.Contains("--scanners: ").And.Message.Contains("--seed: "));
}
