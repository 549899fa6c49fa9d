using Gateway.Tests.Architecture;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>Writes a picture of each page of the console, empty and with much on it, as <c>scripts/screenshots</c> asks.</summary>
[Explicit("for people to look at: scripts/screenshots")]
public sealed class ConsoleScreenshots
{
    private static readonly (string Size, int Width, int Height, bool Dark)[] Screens =
        [("800x480", 800, 480, false), ("390x844-dark", 390, 844, true), ("1440x900", 1440, 900, false), ("1440x900-dark", 1440, 900, true)];

    private static string Folder => Environment.GetEnvironmentVariable("SCREENSHOTS") ?? Path.Combine(Repository.Root, "artifacts", "screenshots");

    [Test]
    public async Task Pages_WithNothingOnThem_AreWritten()
    {
        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAsync(folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
        await WriteAsync(service, "empty", ["overview", "scanners", "enrollments", "people", "checkins", "rooms", "jobs", "quarantine", "access", "webhooks"]);
    }

    [Test]
    public async Task Pages_WithMuchOnThem_AreWritten()
    {
        await using var site = await SomeConsoleSite.OpenAsync();
        await WriteAsync(site.Service, "full", [.. SomeConsoleSite.Places, .. site.Own]);
    }

    private static async Task WriteAsync(GatewayFixture service, string name, string[] places)
    {
        foreach (var (size, width, height, dark) in Screens)
        {
            await using var console = await ConsolePage.SignedInAsync(service.Page, width, height);
            await console.Page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            foreach (var place in places)
            {
                await console.GoAsync(place);
                await Expect(console.Page.Locator(".waiting")).ToHaveCountAsync(0);
                var page = place.Split('/') is [var kind, { Length: 36 }] ? $"{kind}-one" : place.Replace('/', '-');
                await console.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"console-{name}-{page}-{size}.png") });
            }
        }
    }
}
