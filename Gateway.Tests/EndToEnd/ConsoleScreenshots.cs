using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>Writes a picture of each page of the console, empty and with much on it, as <c>scripts/screenshots</c> asks.</summary>
[Category("Slow")]
public sealed partial class ConsoleScreenshots
{
    private static readonly string[] Empty =
        ["overview", "scanners", "enrollments", "people", "checkins", "rooms", "jobs", "quarantine", "firmware", "access", "webhooks"];

    private static IEnumerable<string> Asked => Screenshots.Folder is null ? [] : ["empty", "full"];

    [TestCaseSource(nameof(Asked))]
    public async Task Pages_OnEachScreen_AreWritten(string name)
    {
        if (name == "full")
        {
            await using var site = await SomeConsoleSite.OpenAsync();
            await WriteAsync(site.Service, name, [.. SomeConsoleSite.Places, .. site.Own]);
            return;
        }

        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAsync(folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
        await WriteAsync(service, name, Empty);
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}.*", RegexOptions.None, 1000)]
    private static partial Regex Id();

    private static async Task WriteAsync(GatewayFixture service, string name, string[] places)
    {
        foreach (var (size, width, height, dark) in Screenshots.Screens)
        {
            await using var console = await ConsolePage.SignedInAsync(service.Page, width, height);
            await console.Page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            foreach (var place in places)
            {
                await console.GoAsync(place);
                await Expect(console.Page.Locator(".waiting")).ToHaveCountAsync(0);
                var page = Id().Replace(place, "one").Replace('/', '-');
                await console.Page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots.Folder!, $"console-{name}-{page}-{size}.png") });
            }
        }
    }
}
