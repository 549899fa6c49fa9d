using System.Text;
using System.Text.Json.Nodes;
using Gateway.Modules;
using Gateway.Modules.Jobs;

namespace Gateway.Tests.Contract;

/// <summary>docs/schema/mqtt.json and the service agree on what is malformed: each field left out, and given every kind of value.</summary>
public sealed class PayloadSchemaTests
{
    private static readonly string[] Values =
    [
        "null", "true", "\"\"", "\"x\"", "\"online\"", "\"success\"",
        $"\"{new string('x', 129)}\"", "-201", "-1", "0", "2", "2.5", "65535", "65536", "70000", "[]", "{}",
    ];

    private static IEnumerable<TestCaseData> Samples() => new (string Definition, string Topic, string Payload)[]
    {
        ("status", "status", """{"id":"7-1","state":"online","firmware":"1.2","sensor":"ok","capacity":200,"stored":3,"rssi":-60,"uptime":5}"""),
        ("scan", "enrollments/e1/scans/2", """{"id":"7-2","status":"retry","step":2,"of":3,"slot":0,"quality":41,"reason":"messy","uptime":9000}"""),
        ("result", "enrollments/e1/result", """{"id":"7-3","status":"error","slot":0,"reason":"timeout","uptime":1}"""),
        ("identification", "identifications", """{"id":"7-4","slot":12,"confidence":90,"uptime":1}"""),
        ("ack", "acks", """{"id":"7-5","command":"c1","ok":false,"reason":"busy","uptime":1}"""),
        ("jobReport", "", """{"type":"progress","done":1,"total":2,"message":"row 1","key":"r-1","data":{"row":1}}"""),
    }.Select(sample => new TestCaseData(sample.Definition, sample.Topic, sample.Payload).SetArgDisplayNames(sample.Definition));

    [TestCaseSource(nameof(Samples))]
    public void Sample_Whole_IsTaken(string definition, string topic, string payload) =>
        Assert.That((FaultsOf(definition, JsonNode.Parse(payload)!), IsTaken(topic, payload)), Is.EqualTo((Array.Empty<string>(), true)));

    [TestCaseSource(nameof(Samples))]
    public void Field_MissingOrOfAnyKind_IsJudgedAlike(string definition, string topic, string payload)
    {
        foreach (var field in JsonNode.Parse(payload)!.AsObject().Select(property => property.Key))
        {
            var without = JsonNode.Parse(payload)!;
            without.AsObject().Remove(field);
            AssertAgreed(without);
            foreach (var value in Values.Where(value => field != "step" || value is not ("-201" or "-1" or "0" or "65535" or "65536" or "70000")))
            {
                var other = JsonNode.Parse(payload)!;
                other[field] = JsonNode.Parse(value);
                AssertAgreed(other);
            }
        }

        void AssertAgreed(JsonNode changed)
        {
            var text = changed.ToJsonString();
            var faults = FaultsOf(definition, changed);
            Assert.That(faults, IsTaken(topic, text) ? Is.Empty : Is.Not.Empty, text);
        }
    }

    private static IReadOnlyList<string> FaultsOf(string definition, JsonNode payload) =>
        ApiDocument.Schemas.Faults($"docs/schema/mqtt.json#/$defs/{definition}", payload);

    private static bool IsTaken(string topic, string payload)
    {
        if (topic.Length == 0)
        {
            return JobReport.Read(Encoding.UTF8.GetBytes(payload)).Report is not null;
        }

        try
        {
            return SomeTopics.Read($"scanners/door-1/{topic}", Encoding.UTF8.GetBytes(payload)) is not null;
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }
}
