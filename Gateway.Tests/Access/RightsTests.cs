using Gateway.Access;
using Gateway.Contract;

namespace Gateway.Tests.Access;

public sealed class RightsTests
{
    private static readonly DenyList NothingDenied = Deny();

    [TestCase("POST", "/api/jobs/j1/acks", true)]
    [TestCase("POST", "/api/jobs/acks", true)]
    [TestCase("PUT", "/api/people/acks", false)]
    [TestCase("PATCH", "/api/users/acks", false)]
    [TestCase("DELETE", "/api/firmware/acks", false)]
    [TestCase("DELETE", "/api/rooms/r1/participants/acks", false)]
    public void Acks_AreReadByPosting_AndAnythingOfThatNameIsChangedAsAllElse(string method, string path, bool isRead) =>
        Assert.That(HttpActs.Of(method, path).Verb == Verb.Read, Is.EqualTo(isRead));

    [TestCase("scanners/door-1/status", true)]
    [TestCase("scanners/door-1/identifications", true)]
    [TestCase("scanners/door-1/acks", true)]
    [TestCase("scanners/door-1/enrollments/e1/result", true)]
    [TestCase("scanners/door-1/enrollments/e1/scans/1", true)]
    [TestCase("scanners/door-1/commands", false)]
    [TestCase("scanners/door-1", false)]
    [TestCase("scanners/door-1/", false)]
    [TestCase("scanners/door-1/status/more", false)]
    [TestCase("scanners/door-1/enrollments/e1/scans", false)]
    [TestCase("scanners/door-1/enrollments/e1/scans/1/more", false)]
    [TestCase("scanners/door-1/enrollments/e1/state", false)]
    [TestCase("scanners/door-2/status", false)]
    [TestCase("scanners/door-12/status", false)]
    [TestCase("Scanners/door-1/status", false)]
    [TestCase("enrollments/e1/state", false)]
    [TestCase("$SYS/x", false)]
    public void Device_MayPublish_ItsOwnFiveTopics(string topic, bool may) =>
        Assert.That(Device(NothingDenied).MayPublish(topic), Is.EqualTo(may));

    [TestCase("scanners/door-1/commands", true)]
    [TestCase("scanners/door-2/commands", false)]
    [TestCase("scanners/door-1/status", false)]
    [TestCase("scanners/door-1/#", false)]
    [TestCase("scanners/door-1/+", false)]
    [TestCase("scanners/+/commands", false)]
    [TestCase("#", false)]
    [TestCase("$share/group/scanners/door-1/commands", false)]
    [TestCase("$SYS/#", false)]
    public void Device_MaySubscribe_ItsCommandsAlone(string filter, bool may) =>
        Assert.That(Device(NothingDenied).MaySubscribe(filter), Is.EqualTo(may));

    [Test]
    public void Deny_HoldsForDevicesToo()
    {
        var rights = Device(Deny("publish scanners/+/identifications", "subscribe scanners/#"));

        Assert.That((rights.MayPublish("scanners/door-1/identifications"), rights.MayPublish("scanners/door-1/status")), Is.EqualTo((false, true)));
        Assert.That(rights.MaySubscribe("scanners/door-1/commands"), Is.False);
    }

    [Test]
    public void Deny_OfASubscription_RefusesWhatItCovers_AndKeepsItFromWiderOnes()
    {
        var rights = Of(Identity.Anonymous, Deny("subscribe secret/#"));

        Assert.That((rights.MaySubscribe("secret/a"), rights.MaySubscribe("secret/+/b"), rights.MaySubscribe("#")), Is.EqualTo((false, false, true)));
        Assert.That((rights.MayReceive("secret/a"), rights.MayReceive("secret"), rights.MayReceive("open/a")), Is.EqualTo((false, false, true)));
        Assert.That(rights.MayPublish("secret/a"), Is.True, "only subscribing is denied");
    }

    [Test]
    public void Deny_DoesNotHoldForTheAdmin()
    {
        var rights = Of(Identity.Admin, Deny("publish #", "subscribe #"));

        Assert.That((rights.MayPublish("a"), rights.MaySubscribe("#"), rights.MayReceive("a")), Is.EqualTo((true, true, true)));
    }

    [TestCase("")]
    [TestCase("a/#")]
    [TestCase("subscribe")]
    [TestCase("subscribe ")]
    [TestCase("read a/#")]
    [TestCase("Subscribe a/#")]
    [TestCase("subscribe a/#/b")]
    [TestCase("publish a+/b")]
    [TestCase("publish a#")]
    public void Deny_ThatCannotBeUnderstood_IsRefused_ByTheNameOfItsSetting(string wrong) =>
        Assert.That(() => Deny("publish fine", wrong), Throws.InstanceOf<SettingException>().With.Message.StartsWith("Access:Deny:1: "));

    private static MqttRights Device(DenyList deny) => Of(Identity.Device("door-1"), deny);

    private static MqttRights Of(Identity identity, DenyList deny) => new(identity, deny, device => device.StartsWith("door-", StringComparison.Ordinal));

    private static DenyList Deny(params string[] lines) => new(new AccessOptions { Deny = lines });
}
