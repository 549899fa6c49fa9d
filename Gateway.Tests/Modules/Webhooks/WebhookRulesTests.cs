using System.Net;
using Gateway.Modules.Webhooks;

namespace Gateway.Tests.Modules.Webhooks;

/// <summary>Signature, patience and where deliveries never go.</summary>
public sealed class WebhookRulesTests
{
    [Test]
    public void Signature_IsTheOneOfTheSpecification() => Assert.That(
        WebhookRules.Sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""),
        Is.EqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));

    [TestCase(1, 2.5, 5)]
    [TestCase(2, 5, 10)]
    [TestCase(5, 40, 80)]
    [TestCase(11, 1_800, 3_600)]
    [TestCase(60, 1_800, 3_600)]
    public void Wait_Doubles_WithJitter_UpToAnHour(int attempts, double least, double most)
    {
        Assert.That(WebhookRules.WaitAfter(attempts, 0).TotalSeconds, Is.EqualTo(least));
        Assert.That(WebhookRules.WaitAfter(attempts, 1).TotalSeconds, Is.EqualTo(most));
    }

    [TestCase("127.0.0.1", false)]
    [TestCase("192.168.1.20", false)]
    [TestCase("10.0.0.1", false)]
    [TestCase("fd00::1", false)]
    [TestCase("::1", false)]
    [TestCase("169.254.169.254", true)]
    [TestCase("::ffff:169.254.169.254", true)]
    [TestCase("fe80::1", true)]
    [TestCase("0.0.0.0", true)]
    [TestCase("::", true)]
    [TestCase("224.0.0.1", true)]
    [TestCase("255.255.255.255", true)]
    [TestCase("ff02::1", true)]
    public void Address_ThatNobodyListensAt_IsRefused(string address, bool isRefused) =>
        Assert.That(WebhookRules.IsRefused(IPAddress.Parse(address)), Is.EqualTo(isRefused));

    [TestCase("http://app.lan/hook", true)]
    [TestCase("https://192.168.1.5:8443/hook?x=1", true)]
    [TestCase("ftp://app.lan/", false)]
    [TestCase("/hook", false)]
    [TestCase("http://app.lan:0/hook", false)]
    [TestCase("http://user:secret@app.lan/", false)]
    [TestCase("http://app.lan/#here", false)]
    [TestCase("http://169.254.169.254/latest/meta-data", false)]
    [TestCase("http://[fe80::1]/", false)]
    public void Url_IsJudged(string url, bool isGood) => Assert.That(WebhookRules.FaultOf(url) is null, Is.EqualTo(isGood));
}
