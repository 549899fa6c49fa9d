using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>The whole way: from mosquitto_pub through the service to what Debian's Chromium paints.</summary>
public sealed class KioskTests : KioskTest
{
    [Test, Category("Slow")]
    public async Task Scan_RetainedByMosquitto_MovesThePageFrom0To33Percent()
    {
        var enrollment = await StartAsync("Ada Lovelace");
        await ShowsAsync(0);
        await Scanner.ScanAsync(enrollment, 1);
        await ShowsAsync(33);
        Assert.That(Complaints, Is.Empty);
    }

    [Test]
    public async Task Enrollment_AllScansIn_PageSaysRegistered()
    {
        var enrollment = await StartAsync("Ada Lovelace");
        for (var step = 1; step <= 3; step++)
        {
            await Scanner.ScanAsync(enrollment, step);
            await ShowsAsync(100 * step / 3);
        }

        await Scanner.ResultAsync(enrollment);
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Ada Lovelace is registered" })).ToBeVisibleAsync();
        Assert.That(Complaints, Is.Empty);
    }

    [TestCase("stream")]
    [TestCase("poll")]
    [Category("Slow")]
    public async Task WebSocketsBlocked_PageFollowsByAnotherWay_AlsoOverAKill(string way)
    {
        await Page.AddInitScriptAsync("""
            window.WebSocket = class extends EventTarget {
              constructor() { super(); setTimeout(() => this.dispatchEvent(new CloseEvent("close", { code: 1006 }))); }
              send() {}
              close() {}
            };
            """);
        if (way == "poll")
        {
            await Page.RouteAsync("**/events?*", route => route.Request.Headers.GetValueOrDefault("accept") == "text/event-stream"
                ? route.AbortAsync() : route.ContinueAsync());
        }

        var enrollment = await StartAsync("Ada Lovelace");
        await Scanner.ScanAsync(enrollment, 1);
        await ShowsAsync(33);
        Assert.That(await Service.Http.GetStringAsync("api/connections"), Does.Contain($"\"transport\":\"{way}\"").And.Not.Contain("\"socket\""));

        await KillAndStartAsync();
        await Scanner.ScanAsync(enrollment, 2);
        await ShowsAsync(66);
    }
}
