using System.Net;
using Gateway.Modules.Webhooks;

namespace Gateway.Tests.Modules.Webhooks;

/// <summary>Where deliveries never go, however it is written.</summary>
public sealed class WebhookReachTests
{
    private const int Own = 8080;

    private static readonly WebhookReach OfTheLan = new(AllowsLoopback: false, port => port == Own);
    private static readonly WebhookReach OfThisMachine = OfTheLan with { AllowsLoopback = true };

    [TestCase("192.168.1.20")]
    [TestCase("10.0.0.1")]
    [TestCase("172.16.0.9")]
    [TestCase("fd00::1")]
    [TestCase("198.51.100.7")]
    [TestCase("2001:db8::7")]
    public void Address_OfTheLan_OrBeyond_IsFine(string address) => Assert.That(OfTheLan.Fault(IPAddress.Parse(address), 80), Is.Null);

    [TestCase("169.254.169.254")]
    [TestCase("::ffff:169.254.169.254")]
    [TestCase("::169.254.169.254")]
    [TestCase("64:ff9b::a9fe:a9fe")]
    [TestCase("2002:a9fe:a9fe::1")]
    [TestCase("fd00:ec2::254")]
    [TestCase("100.100.100.200")]
    [TestCase("fe80::1")]
    [TestCase("fec0::1")]
    [TestCase("0.0.0.0")]
    [TestCase("::ffff:0.0.0.0")]
    [TestCase("::")]
    [TestCase("224.0.0.1")]
    [TestCase("255.255.255.255")]
    [TestCase("ff02::1")]
    public void Address_OfNobodysApplication_IsRefused(string address)
    {
        Assert.That(OfTheLan.Fault(IPAddress.Parse(address), 80), Does.Contain("nobody's application"));
        Assert.That(OfThisMachine.Fault(IPAddress.Parse(address), 80), Does.Contain("nobody's application"));
    }

    [TestCase("127.0.0.1")]
    [TestCase("127.9.9.9")]
    [TestCase("::1")]
    [TestCase("::ffff:127.0.0.1")]
    [TestCase("64:ff9b::127.0.0.1")]
    [TestCase("2002:7f00:1::")]
    public void Loopback_IsRefused_UnlessItIsAllowed_AndOurOwnPortsNever(string address)
    {
        Assert.That(OfTheLan.Fault(IPAddress.Parse(address), 80), Does.Contain("Webhooks:Loopback"));
        Assert.That(OfThisMachine.Fault(IPAddress.Parse(address), 80), Is.Null);
        Assert.That(OfThisMachine.Fault(IPAddress.Parse(address), Own), Does.Contain("this service itself"));
    }

    [TestCase("http://app.lan/hook", true)]
    [TestCase("https://192.168.1.5:8443/hook?x=1", true)]
    [TestCase("ftp://app.lan/", false)]
    [TestCase("/hook", false)]
    [TestCase("http://app.lan:0/hook", false)]
    [TestCase("http://user:secret@app.lan/", false)]
    [TestCase("http://app.lan/#here", false)]
    [TestCase("http://169.254.169.254/latest/meta-data", false)]
    [TestCase("http://[fe80::1]/", false)]
    [TestCase("http://[::ffff:169.254.169.254]/", false)]
    [TestCase("http://2852039166/", false)]
    [TestCase("http://0xa9fea9fe/", false)]
    [TestCase("http://localhost/", false)]
    [TestCase("http://localhost./", false)]
    [TestCase("http://app.LOCALHOST/", false)]
    [TestCase("http://2130706433/", false)]
    [TestCase("http://0177.0.0.1/", false)]
    [TestCase("http://127.1/", false)]
    [TestCase("http://[::1]/", false)]
    public void Url_IsJudged(string url, bool isGood) => Assert.That(OfTheLan.FaultOf(url) is null, Is.EqualTo(isGood));
}
