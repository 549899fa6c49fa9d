using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>Every page of the console with something on it: nothing for axe to find, in both lights, and whole on a phone.</summary>
[Category("Slow")]
public sealed class ConsolePagesTests
{
    private SomeConsoleSite _site = null!;

    private Uri Service => _site.Service.Page;

    [OneTimeSetUp]
    public async Task OpenAsync() => _site = await SomeConsoleSite.OpenAsync();

    [OneTimeTearDown]
    public async Task CloseAsync() => await _site.DisposeAsync();

    [TestCase(1440, 900, "en-GB")]
    [TestCase(390, 844, "de-DE")]
    // 1440 x 900 at 200 %: a browser's zoom halves the pixels that a page has. German has the longer words.
    [TestCase(720, 450, "de-DE")]
    public async Task Pages_OnThisScreen_AreAccessibleInBothLights_AndWhole(int width, int height, string locale)
    {
        await using var console = await ConsolePage.SignedInAsync(Service, width, height, locale);
        var findings = new List<string>();
        foreach (var place in (string[])[.. SomeConsoleSite.Places, .. _site.Own])
        {
            await console.GoAsync(place);
            await Expect(console.Page.Locator(".waiting")).ToHaveCountAsync(0);
            foreach (var light in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await console.Page.EmulateMediaAsync(new() { ColorScheme = light, ReducedMotion = ReducedMotion.Reduce });
                findings.Add(await console.FindingsAsync() is { Length: > 0 } found ? $"{place} {light}: {found}" : "");
            }

            findings.Add((await console.Page.OverflowAsync())[0] > 0 ? $"{place} scrolls sideways" : "");
            findings.AddRange((await console.Page.CutTextsAsync()).Select(cut => $"{place} cuts {cut}"));
        }

        Assert.That(findings.Where(finding => finding.Length > 0), Is.Empty);
        Assert.That(console.Complaints, Is.Empty);
    }

    [Test]
    public async Task Scanners_WithHeartbeats_ShowSignalAndWhenTheyWereHeard()
    {
        await using var console = await ConsolePage.SignedInAsync(Service);
        await console.GoAsync("scanners");
        await Expect(console.Page.GetByRole(AriaRole.Row, new() { Name = "sim-2" })).ToContainTextAsync("-50 dBm");
        await console.Page.GetByLabel("Search").FillAsync("sim-3");
        await Expect(console.Page.GetByRole(AriaRole.Row, new() { Name = "sim-2" })).ToHaveCountAsync(0);
        Assert.That(console.Page.Url, Does.EndWith("#/scanners?search=sim-3"));
        await console.ReloadAsync();
        await Expect(console.Page.GetByLabel("Search")).ToHaveValueAsync("sim-3");
    }

    [Test]
    public async Task CheckIns_OfASite_AreThereWithItsFigures()
    {
        await using var console = await ConsolePage.SignedInAsync(Service);
        await console.GoAsync("checkins");
        var recent = console.Page.GetByRole(AriaRole.Table, new() { Name = "The last ten at main" });
        await Expect(recent.GetByRole(AriaRole.Row, new() { Name = "Ada Lovelace" })).ToContainTextAsync("In");
    }

    [Test]
    public async Task Charts_WhoseStylesAreSlow_AreDrawnOnceTheyWouldBeInTheirPlace()
    {
        await using var console = await ConsolePage.SignedInAsync(Service);
        var asked = new TaskCompletionSource<IRoute>(TaskCreationOptions.RunContinuationsAsynchronously);
        await console.Page.RouteAsync("**/uPlot.min.css", route =>
        {
            asked.TrySetResult(route);
            return Task.CompletedTask;
        });
        await console.GoAsync("checkins");
        var styles = await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await console.Page.EvaluateAsync("() => import('/vendor/uplot/uPlot.esm.js')");
        await Expect(console.Page.Locator("spark-line canvas")).ToHaveCountAsync(0);
        await styles.ContinueAsync();
        await Expect(console.Page.Locator("spark-line canvas")).ToHaveCountAsync(1);
        Assert.That(await console.Page.Locator("spark-line").EvaluateAsync<double>(
            "chart => chart.shadowRoot.querySelector('canvas').getBoundingClientRect().y - chart.getBoundingClientRect().y"), Is.Zero.Within(0.5));
    }
}
