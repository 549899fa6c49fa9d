using System.Net;

namespace Gateway.Tests.EndToEnd;

/// <summary>The pages' files on the wire: small, and asked for again in a millisecond.</summary>
public sealed class PageFilesTests
{
    [Test]
    public async Task Files_AreCompressed_AndAnswersWithDataAreNot()
    {
        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAnonymousAsync(folder.Path);
        using var browser = new HttpClient { BaseAddress = service.Page };
        browser.DefaultRequestHeaders.Add("Accept-Encoding", "gzip, br");

        foreach (var file in new[] { "", "kiosk/main.js", "css/kiosk.css", "kiosk/texts/en.json" })
        {
            using var answer = await browser.GetAsync(file);
            Assert.That(answer.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "br" }), file);
            using var again = new HttpRequestMessage(HttpMethod.Get, file) { Headers = { IfNoneMatch = { answer.Headers.ETag! } } };
            Assert.That((await browser.SendAsync(again)).StatusCode, Is.EqualTo(HttpStatusCode.NotModified), file);
        }

        Assert.That((await browser.GetAsync("api/devices")).Content.Headers.ContentEncoding, Is.Empty);
    }
}
