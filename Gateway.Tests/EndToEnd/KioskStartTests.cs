using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>What a visit to the kiosk costs: bytes over the wire, and time until something can be done.</summary>
[Category("Slow")]
public sealed class KioskStartTests : KioskTest
{
    private const int MostBytes = 100_000;

    // Under 300 ms on a quiet machine; what runs beside the tests makes it many times as much.
    private const int Latest = 20_000;

    /// <summary>When the button that starts is on the page, in milliseconds from the address being entered.</summary>
    private const string Watch = """
        new MutationObserver((_, watch) => {
          const button = document.querySelector("main:not(.loading) button:not([disabled])");
          if (button === null) return;
          watch.disconnect();
          window.interactive = performance.now();
        }).observe(document, { childList: true, subtree: true, attributes: true });
        """;

    [Test]
    public async Task Visit_OfANewBrowserAndOfOneThatWasHere_IsLightAndQuick()
    {
        await Page.AddInitScriptAsync(Watch);
        for (var visit = 1; visit <= 3; visit++)
        {
            await Page.GotoAsync(Service.Page.ToString());
            await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Start" })).ToBeEnabledAsync(new() { Timeout = Latest });
            var interactive = await Page.EvaluateAsync<double>("() => window.interactive");
            var weight = await Page.EvaluateAsync<double>(
                "() => performance.getEntries().reduce((sum, { transferSize }) => sum + (transferSize ?? 0), 0)");
            TestContext.Out.WriteLine($"visit {visit}: interactive after {interactive:F0} ms, {weight / 1000:F1} kB over the wire");
            Assert.That(weight, Is.LessThan(MostBytes));
            Assert.That(interactive, Is.LessThan(Latest));
        }
    }
}
