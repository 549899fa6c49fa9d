using System.Net;
using Gateway.Operations;

namespace Gateway.Tests.Operations;

/// <summary>Which Host headers are ours, whatever resolves to this machine.</summary>
public sealed class OwnHostsTests
{
    private readonly OwnHosts _hosts = new(new() { Hosts = ["gateway.school.example", "203.0.113.7"] });

    [TestCase("localhost")]
    [TestCase("LocalHost:8080")]
    [TestCase("127.0.0.1:1")]
    [TestCase("127.8.9.10")]
    [TestCase("10.1.2.3:8080")]
    [TestCase("172.16.0.1")]
    [TestCase("192.168.1.20:65535")]
    [TestCase("169.254.7.7")]
    [TestCase("[::1]:8080")]
    [TestCase("[::1]")]
    [TestCase("[FD00::1]")]
    [TestCase("[fe80::1]")]
    [TestCase("Gateway.School.Example:443")]
    [TestCase("203.0.113.7:80")]
    public void Host_ThatIsOurs_IsTaken(string host) => Assert.That(_hosts.Includes(host), Is.True);

    [Test]
    public void NameOfThisMachine_IsTaken() =>
        Assert.That((_hosts.Includes(Dns.GetHostName()), _hosts.Includes($"{Dns.GetHostName()}.local:80")), Is.EqualTo((true, true)));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("rebound.example")]
    [TestCase("localhost.")]
    [TestCase("localhost.rebound.example")]
    [TestCase("gateway.school.example.")]
    [TestCase("x.gateway.school.example")]
    [TestCase("1")]
    [TestCase("127.1")]
    [TestCase("2130706433")]
    [TestCase("0x7f000001")]
    [TestCase("0x7f.0.0.1")]
    [TestCase("0177.0.0.1")]
    [TestCase("127.0.0.01")]
    [TestCase("127.0.0.1.")]
    [TestCase("0.0.0.0")]
    [TestCase("0")]
    [TestCase("8.8.8.8")]
    [TestCase("172.32.0.1")]
    [TestCase("[::]")]
    [TestCase("[0:0:0:0:0:0:0:1]")]
    [TestCase("[::ffff:127.0.0.1]")]
    [TestCase("[::ffff:7f00:1]")]
    [TestCase("[::1%1]")]
    [TestCase("[2001:4860:4860::8888]")]
    [TestCase("[127.0.0.1]")]
    [TestCase("[localhost]")]
    [TestCase("[::1")]
    [TestCase("[::1]x")]
    [TestCase("[::1]:")]
    [TestCase("::1")]
    [TestCase("localhost:")]
    [TestCase("localhost:0")]
    [TestCase("localhost:080")]
    [TestCase("localhost:65536")]
    [TestCase("localhost:-1")]
    [TestCase("localhost:80:80")]
    [TestCase("localhost:8o")]
    [TestCase("user@localhost")]
    [TestCase("localhost@rebound.example")]
    [TestCase("user:word@localhost")]
    [TestCase("localhost, rebound.example")]
    [TestCase("localhost/")]
    [TestCase(" localhost")]
    [TestCase("ⓛocalhost")]
    [TestCase("１２７.0.0.1")]
    public void Host_OfAnyOtherForm_IsNot(string? host) => Assert.That(_hosts.Includes(host), Is.False);

    [TestCase("https://gateway.example")]
    [TestCase("gateway.example:8080")]
    [TestCase("*")]
    [TestCase("")]
    [TestCase("two names")]
    public void Hosts_ThatAreNoName_AreRefusedByTheirSetting(string wrong) => Assert.That(
        new HttpOptions { Hosts = ["fine.example", "[fd00::1]", "10.0.0.1", wrong] }.Faults(),
        Is.EqualTo(new[] { $"Http:Hosts:3: \"{wrong}\" is no host name; write name.example alone, without scheme, port or wildcard." }));
}
