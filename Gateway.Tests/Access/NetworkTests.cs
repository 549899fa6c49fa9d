using System.Net;
using Gateway.Access;

namespace Gateway.Tests.Access;

public sealed class NetworkTests
{
    [TestCase("127.0.0.1", true)]
    [TestCase("127.255.0.9", true)]
    [TestCase("::1", true)]
    [TestCase("10.0.0.1", true)]
    [TestCase("172.15.255.255", false)]
    [TestCase("172.16.0.1", true)]
    [TestCase("172.31.255.255", true)]
    [TestCase("172.32.0.1", false)]
    [TestCase("192.168.1.1", true)]
    [TestCase("192.169.1.1", false)]
    [TestCase("169.254.1.1", true)]
    [TestCase("8.8.8.8", false)]
    [TestCase("100.64.0.1", false)]
    [TestCase("0.0.0.0", false)]
    [TestCase("fd00::1", true)]
    [TestCase("fe80::1", true)]
    [TestCase("2001:db8::1", false)]
    [TestCase("::ffff:192.168.1.1", true)]
    [TestCase("::ffff:8.8.8.8", false)]
    [TestCase("::", false)]
    public void Address_IsLocal_WhenItIsOfThisMachineOrItsLan(string address, bool isLocal) =>
        Assert.That(Network.IsLocal(IPAddress.Parse(address)), Is.EqualTo(isLocal));

    [TestCase("127.0.0.1", true)]
    [TestCase("127.0.0.2", true)]
    [TestCase("::1", true)]
    [TestCase("localhost", true)]
    [TestCase("192.168.1.1", false)]
    [TestCase("0.0.0.0", false)]
    [TestCase("", false)]
    [TestCase(null, false)]
    [TestCase("localhost.example.org", false)]
    public void Listener_IsOnLoopback_OnlyByItsAddress(string? address, bool isLoopback) =>
        Assert.That(Network.IsLoopback(address), Is.EqualTo(isLoopback));
}
