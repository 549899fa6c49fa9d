using Gateway.Modules.Webhooks;

namespace Gateway.Tests.Modules.Webhooks;

/// <summary>Signature and patience.</summary>
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
}
