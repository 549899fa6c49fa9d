using System.Text;
using Gateway.Contract;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Contract;

public sealed class RequestBodyTests
{
    [TestCase("""{}""")]
    [TestCase("""{"person":null}""")]
    [TestCase("""{"person":""}""")]
    [TestCase("""{"person":"  "}""")]
    [TestCase("""{"person":5}""")]
    [TestCase("""{"person":"a\u0000b"}""")]
    [TestCase("""{"person":"\ud800"}""")]
    [TestCase("""{"person":"12345"}""")]
    public async Task Text_ThatIsWrong_IsInvalid_ByItsName(string json)
    {
        var body = await ReadAsync(json);

        Assert.That(() => body.Text("person", max: 4), Throws.InstanceOf<RequestRefusedException>().With.Property("Field").EqualTo("person"));
    }

    [TestCase("""{"person":"Ada","new":{"x":1}}""", "Ada")]
    [TestCase("""{"person":"e\u0301e\u0301e\u0301e\u0301"}""", "e\u0301e\u0301e\u0301e\u0301", TestName = "Text_CountsCharactersAsPeopleDo")]
    public async Task Text_ThatFits_IsTaken(string json, string text) => Assert.That((await ReadAsync(json)).Text("person", max: 4), Is.EqualTo(text));

    [TestCase("")]
    [TestCase("""{"scans":3}""")]
    [TestCase("""{"scans":1}""")]
    [TestCase("""{"scans":3.0}""")]
    [TestCase("""{"scans":0.1e1}""")]
    public async Task Number_ThatFitsOrIsAbsent_IsTaken(string json) =>
        Assert.That((await ReadAsync(json)).OptionalNumber("scans", 1, 10), Is.AnyOf(null, 1, 3));

    [TestCase("""{"scans":"3"}""")]
    [TestCase("""{"scans":0}""")]
    [TestCase("""{"scans":11}""")]
    [TestCase("""{"scans":2.5}""")]
    [TestCase("""{"scans":true}""")]
    public async Task Number_ThatIsWrong_IsInvalid_ByItsName(string json)
    {
        var body = await ReadAsync(json);

        Assert.That(() => body.OptionalNumber("scans", 1, 10), Throws.InstanceOf<RequestRefusedException>().With.Property("Field").EqualTo("scans"));
    }

    [TestCase("[]")]
    [TestCase("{")]
    [TestCase("null")]
    public void Body_ThatIsNoObject_IsInvalid(string json) =>
        Assert.That(async () => await ReadAsync(json), Throws.InstanceOf<RequestRefusedException>().With.Property("Code").EqualTo("invalid"));

    [Test]
    public void Body_OfAnotherType_IsRefused() =>
        Assert.That(async () => await ReadAsync("{}", "text/plain"), Throws.InstanceOf<RequestRefusedException>().With.Property("Status").EqualTo(415));

    [Test]
    public void Body_BeyondItsBound_IsTooBig_ThoughItsLengthIsNotTold() => Assert.That(
        async () => await ReadAsync($$"""{"x":"{{new string('x', 70_000)}}"}"""),
        Throws.InstanceOf<RequestRefusedException>().With.Property("Code").EqualTo("too_big"));

    private static Task<RequestBody> ReadAsync(string json, string type = "application/json")
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = type;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return RequestBody.ReadAsync(context.Request);
    }
}
