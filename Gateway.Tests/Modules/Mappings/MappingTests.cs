using System.Text;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Mappings;

namespace Gateway.Tests.Modules.Mappings;

/// <summary>How a mapping reads, what it allows, what it says, and what is wrong with one.</summary>
public sealed class MappingTests
{
    private const string Response = "biometric/lab-1/enroll/response";

    private static readonly MappingOptions Sketch = new()
    {
        Topic = "biometric/{device}/enroll/response",
        Fields = new Dictionary<string, string> { ["status"] = "status", ["step"] = "step", ["slot"] = "data.slot", ["reason"] = "message" },
        Statuses = new Dictionary<string, string> { ["progress"] = "progress|captured", ["success"] = "success", ["error"] = "error" },
        SlotOffset = 1,
        CommandTopic = "biometric/{device}/enroll/request",
        Commands = new Dictionary<string, string> { ["enroll"] = """{"command":"enroll","id":{slot}}""" },
    };

    [Test]
    public void Message_IsReadInOurWords()
    {
        var message = Read(Sketch, Response, """{"status":"captured","step":"2","data":{"slot":5},"message":"ok"}""")!;

        Assert.That(message.Device, Is.EqualTo("lab-1"));
        var report = message.Report;
        Assert.That((report.Status, report.Step, report.Slot, report.Reason, report.Id), Is.EqualTo(("progress", 2, 4, "ok", (string?)null)));
    }

    [TestCase("""{"status":"dancing"}""", "status")]
    [TestCase("""{"status":"progress","step":"two"}""", "step")]
    [TestCase("""{"status":"progress","step":0}""", "step")]
    [TestCase("""{"step":1}""", "status")]
    [TestCase("no JSON", "payload")]
    [TestCase("[]", "payload")]
    public void Message_ThatTheMappingDoesNotKnow_IsMalformed_ByTheNameOfItsField(string payload, string field) =>
        Assert.That(() => Read(Sketch, Response, payload), Throws.InstanceOf<MalformedMessageException>().With.Message.Contains(field));

    [TestCase("biometric/lab-1/enroll")]
    [TestCase("biometric/lab-1/enroll/response/more")]
    [TestCase("other/lab-1/enroll/response")]
    public void Topic_OfNoMapping_IsOrdinaryMqtt(string topic) => Assert.That(Read(Sketch, topic, "{}"), Is.Null);

    [Test]
    public void Device_OfTheUserName_IsWhoIsConnected()
    {
        var named = Sketch with { Topic = "fp/#", Device = "user" };

        Assert.That(Read(named, "fp/x/y", """{"status":"success"}""", "device:lab-7")!.Device, Is.EqualTo("lab-7"));
        Assert.That(() => Read(named, "fp/x", """{"status":"success"}""", "admin"), Throws.InstanceOf<MalformedMessageException>());
    }

    [Test]
    public void Rights_AreThoseOfTheDevice_AndOfNoOther()
    {
        var mappings = new Gateway.Modules.Mappings.Mappings([Sketch]);
        Assert.Multiple(() =>
        {
            Assert.That(mappings.MayPublish("lab-1", Response), Is.True);
            Assert.That(mappings.MayPublish("lab-2", Response), Is.False);
            Assert.That(mappings.MayPublish("lab-1", "biometric/lab-1/enroll/request"), Is.False);
            Assert.That(mappings.MaySubscribe("lab-1", "biometric/lab-1/enroll/request"), Is.True);
            Assert.That(mappings.MaySubscribe("lab-1", "biometric/+/enroll/request"), Is.False);
            Assert.That(mappings.MaySubscribe("lab-1", "biometric/lab-2/enroll/request"), Is.False);
        });
    }

    [Test]
    public void Command_IsSaidInTheirWords_OnceForEachPlace()
    {
        var mappings = new Gateway.Modules.Mappings.Mappings([Sketch, Sketch with { Topic = "biometric/{device}/more" }]);
        var command = new DeviceCommand { Id = "c1", Device = "lab-1", Do = "enroll", Slot = 4, Scans = 3, ExpiresAt = Some.Now };

        var said = mappings.Translate(command, Some.Now).Select(one => (one.Topic, Encoding.UTF8.GetString(one.Payload)));
        Assert.That(said, Is.EqualTo(new[] { ("biometric/lab-1/enroll/request", """{"command":"enroll","id":5}""") }));
        Assert.That(mappings.Translate(command with { Do = "ping" }, Some.Now), Is.Empty);
    }

    [Test]
    public void Faults_OfAGoodOne_AreNone() => Assert.That(Sketch.Faults("Mappings:0"), Is.Empty);

    [Test]
    public void Faults_AreAllTold_EachByItsName()
    {
        var broken = new MappingOptions
        {
            Topic = "scanners/#/x",
            Device = "Lab 1",
            Enrollment = "",
            Fields = new Dictionary<string, string> { ["stp"] = "step", ["slot"] = " " },
            Statuses = new Dictionary<string, string> { ["progress"] = "p", ["done"] = "d" },
            CommandTopic = "x/+",
            Commands = new Dictionary<string, string> { ["dance"] = "now" },
        };

        string[] names = ["Topic", "Device", "Enrollment", "Fields:stp", "Fields:slot", "Statuses:done", "Fields:status", "Commands:dance", "CommandTopic"];
        Assert.That(broken.Faults("Mappings:2").Select(fault => fault.Split(": ")[0]), Is.EqualTo(names.Select(name => $"Mappings:2:{name}")));
    }

    [TestCase("scanners/{device}/x", "Topic")]
    [TestCase("$SYS/{device}", "Topic")]
    [TestCase("a/{device}/{device}", "Topic")]
    [TestCase("a/x{device}", "Topic")]
    [TestCase("a/b", "Device")]
    public void Topic_ThatCannotBe_IsAFault(string topic, string name) =>
        Assert.That((Sketch with { Topic = topic }).Faults("Mappings:0").Single(), Does.StartWith($"Mappings:0:{name}: "));

    private static MappedMessage? Read(MappingOptions options, string topic, string payload, string owner = "device:lab-1") =>
        (MappedMessage?)new MappedTopics(new([options]), null!, null!).Read(topic, Encoding.UTF8.GetBytes(payload), new(Some.Now, owner));
}
