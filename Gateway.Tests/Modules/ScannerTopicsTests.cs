using System.Text;
using Gateway.Modules;
using Gateway.Modules.Devices;
using Gateway.Modules.Enrollments;

namespace Gateway.Tests.Modules;

/// <summary>Topic and payload as scanners send them, right and wrong ones.</summary>
public sealed class ScannerTopicsTests
{
    private const string Status = "scanners/door-1/status";
    private const string Acks = "scanners/door-1/acks";
    private const string Scan = "scanners/door-1/enrollments/e1/scans/2";
    private const string Result = "scanners/door-1/enrollments/e1/result";

    [TestCase("jobs/j1/events")]
    [TestCase("scanners")]
    [TestCase("scanners/door-1")]
    [TestCase("scanners/door-1/commands")]
    [TestCase("scanners/door-1/status/more")]
    [TestCase("scanners/door-1/enrollments/e1/scans")]
    [TestCase("Scanners/door-1/status")]
    public void Topic_ThatIsNoneOfAScanner_IsOrdinaryMqtt(string topic) => Assert.That(Read(topic, "no JSON at all"), Is.Null);

    [Test]
    public void Status_WithEverything_IsUnderstood()
    {
        var message = (StatusMessage)Read(
            Status, """{"id":"7-1","state":"online","firmware":"1.2","sensor":"missing","capacity":200,"stored":3,"rssi":-60,"uptime":5}""")!;

        Assert.That((message.Device, message.IsOnline, message.IsAnonymous), Is.EqualTo(("door-1", true, false)));
        Assert.That(message.Report, Is.EqualTo(new DeviceReport("1.2", SensorHealth.Missing, 200, 3)));
        Assert.That(message.Source, Is.EqualTo(new EventSource("door-1", "7-1", 5, Some.Now)));
    }

    [Test]
    public void Status_WithTheLeast_LeavesTheRestUnsaid()
    {
        var message = (StatusMessage)Read(Status, """{"id":"7-1","state":"offline"}""")!;

        Assert.That((message.IsOnline, message.Report), Is.EqualTo((false, DeviceReport.Nothing)));
    }

    [Test]
    public void Scan_IsUnderstood()
    {
        var message = (EnrollmentMessage)Read(
            Scan, """{"id":"7-42","status":"retry","step":2,"of":3,"slot":0,"quality":41,"reason":"too_dry","uptime":9000}""")!;

        Assert.That((message.Device, message.Key, message.Enrollment), Is.EqualTo(("door-1", "7-42", "e1")));
        Assert.That(message.Input, Is.EqualTo(new ScanReported(ScanStatus.Retry, 2, 3, 0, 41, "too_dry", new("door-1", "7-42", 9000, Some.Now))));
    }

    [Test]
    public void Result_IsUnderstood()
    {
        var message = (EnrollmentMessage)Read(Result, """{"id":"7-43","status":"error","slot":0,"reason":"timeout","uptime":1}""")!;

        Assert.That(message.Input, Is.EqualTo(new ResultReported(Success: false, 0, "timeout", new("door-1", "7-43", 1, Some.Now))));
    }

    [Test]
    public void Answer_IsUnderstood()
    {
        var message = (AnswerMessage)Read(Acks, """{"id":"7-44","command":"c1","ok":false,"reason":"busy","uptime":1}""")!;

        Assert.That((message.Key, message.Command, message.Ok, message.Reason), Is.EqualTo(("7-44", "c1", false, "busy")));
    }

    [TestCase(Status, """{"id":"7-1","state":"online","battery":{"left":[1,2]}}""")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2,"of":3,"slot":0,"uptime":1,"template":"x"}""")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2,"of":3,"slot":0,"uptime":1,"quality":null,"reason":null}""")]
    [TestCase(Result, """{"id":"7-1","status":"success","slot":0,"uptime":1,"next":true}""")]
    [TestCase(Acks, """{"id":"7-1","command":"c","ok":true,"uptime":1,"extra":0}""")]
    [TestCase(Status, """{"id":"ä-1","state":"online","firmware":"Ω"}""")]
    public void Payload_WithMoreThanIsKnown_IsUnderstood(string topic, string payload) => Assert.That(Read(topic, payload), Is.Not.Null);

    [TestCase(Status, "", "payload")]
    [TestCase(Status, "{", "payload")]
    [TestCase(Status, "[]", "payload")]
    [TestCase(Status, "\"online\"", "payload")]
    [TestCase(Status, "null", "payload")]
    [TestCase(Status, """{"id":"7-1","state":"online"} x""", "payload")]
    [TestCase(Status, """{"state":"online"}""", "id")]
    [TestCase(Status, """{"id":7,"state":"online"}""", "id")]
    [TestCase(Status, """{"id":"","state":"online"}""", "id")]
    [TestCase(Status, """{"id":"\ud800","state":"online"}""", "id")]
    [TestCase(Status, """{"\ud800":1,"id":"7-1","state":"online"}""", "name")]
    [TestCase(Status, """{"id":"7-1"}""", "state")]
    [TestCase(Status, """{"id":"7-1","state":"Online"}""", "state")]
    [TestCase(Status, """{"id":"7-1","state":"asleep"}""", "state")]
    [TestCase(Status, """{"id":"7-1","state":"0"}""", "state")]
    [TestCase(Status, """{"id":"7-1","state":true}""", "state")]
    [TestCase(Status, """{"id":"7-1","state":"online","sensor":"dusty"}""", "sensor")]
    [TestCase(Status, """{"id":"7-1","state":"online","firmware":12}""", "firmware")]
    [TestCase(Status, """{"id":"7-1","state":"online","capacity":"200"}""", "capacity")]
    [TestCase(Status, """{"id":"7-1","state":"online","capacity":0}""", "capacity")]
    [TestCase(Status, """{"id":"7-1","state":"online","stored":-1}""", "stored")]
    [TestCase(Status, """{"id":"7-1","state":"online","rssi":"-60"}""", "rssi")]
    [TestCase(Status, """{"id":"7-1","state":"online","uptime":-1}""", "uptime")]
    [TestCase(Scan, """{"status":"progress","step":2,"of":3,"slot":0}""", "id")]
    [TestCase(Scan, """{"id":"7-1","step":2,"of":3,"slot":0}""", "status")]
    [TestCase(Scan, """{"id":"7-1","status":"success","step":2,"of":3,"slot":0}""", "status")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","of":3,"slot":0}""", "step")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":"2","of":3,"slot":0}""", "step")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2.5,"of":3,"slot":0}""", "step")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":1,"of":3,"slot":0}""", "step")]
    [TestCase("scanners/door-1/enrollments/e1/scans/02", """{"id":"7-1","status":"progress","step":2,"of":3,"slot":0}""", "step")]
    [TestCase("scanners/door-1/enrollments/e1/scans/x", """{"id":"7-1","status":"progress","step":2,"of":3,"slot":0}""", "step")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2,"slot":0}""", "of")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2,"of":0,"slot":0}""", "of")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2,"of":3}""", "slot")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2,"of":3,"slot":null}""", "slot")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2,"of":3,"slot":-1}""", "slot")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2,"of":3,"slot":"0"}""", "slot")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2,"of":3,"slot":0,"quality":"41"}""", "quality")]
    [TestCase(Scan, """{"id":"7-1","status":"progress","step":2,"of":3,"slot":0,"uptime":"1"}""", "uptime")]
    [TestCase(Result, """{"id":"7-1","status":"progress","slot":0}""", "status")]
    [TestCase(Result, """{"id":"7-1","status":"success"}""", "slot")]
    [TestCase(Result, """{"id":"7-1","status":"error","slot":0,"reason":5}""", "reason")]
    [TestCase(Acks, """{"id":"7-1","ok":true}""", "command")]
    [TestCase(Acks, """{"id":"7-1","command":"c"}""", "ok")]
    [TestCase(Acks, """{"id":"7-1","command":"c","ok":"true"}""", "ok")]
    [TestCase(Acks, """{"id":"7-1","command":"c","ok":1}""", "ok")]
    public void Payload_ThatIsMalformed_IsRefused_ByTheNameOfItsField(string topic, string payload, string field) => Assert.That(
        () => Read(topic, payload), Throws.InstanceOf<MalformedMessageException>().With.Message.Matches($@"\b{field}\b"));

    [Test]
    public void Payload_ThatIsNoUtf8_IsMalformed()
    {
        byte[] payload = [.. """{"id":"7-"""u8, 0xFF, .. "\",\"state\":\"online\"}"u8];

        Assert.That(() => SomeTopics.Read(Status, payload), Throws.InstanceOf<MalformedMessageException>());
    }

    [Test]
    public void Payload_DeeplyNested_IsMalformed() => Assert.That(
        () => Read(Status, $$"""{"id":"7-1","state":"online","x":{{new string('[', 40)}}{{new string(']', 40)}}}"""),
        Throws.InstanceOf<MalformedMessageException>());

    [TestCase("Door-1")]
    [TestCase("-door")]
    [TestCase("door_1")]
    [TestCase("")]
    [TestCase("a23456789012345678901234567890123")]
    public void Device_InTheTopic_ThatIsNoDeviceId_IsMalformed(string device) => Assert.That(
        () => Read($"scanners/{device}/status", """{"id":"7-1","state":"online"}"""), Throws.InstanceOf<MalformedMessageException>());

    [Test]
    public void Fingerprint_DiffersByTopicStepStatusAndSlot_AndByNothingElse()
    {
        static string Print(string topic, string status, int step, int slot, int quality) => Read(
            topic, $$"""{"id":"7-1","status":"{{status}}","step":{{step}},"of":3,"slot":{{slot}},"quality":{{quality}},"uptime":{{quality}}}""")!.Fingerprint;

        var first = Print(Scan, "progress", 2, 0, 1);
        Assert.Multiple(() =>
        {
            Assert.That(Print(Scan, "progress", 2, 0, 99), Is.EqualTo(first), "a resend may tell another uptime");
            Assert.That(Print(Scan, "retry", 2, 0, 1), Is.Not.EqualTo(first));
            Assert.That(Print(Scan, "progress", 2, 1, 1), Is.Not.EqualTo(first));
            Assert.That(Print("scanners/door-1/enrollments/e1/scans/3", "progress", 3, 0, 1), Is.Not.EqualTo(first));
            Assert.That(Print("scanners/door-1/enrollments/e2/scans/2", "progress", 2, 0, 1), Is.Not.EqualTo(first));
        });
    }

    private static ModuleMessage? Read(string topic, string payload) => SomeTopics.Read(topic, Encoding.UTF8.GetBytes(payload));
}
