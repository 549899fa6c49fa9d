using System.Text.RegularExpressions;
using Gateway.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>The newcomer's first minute: no hardware, the printed link, an enrollment that runs to its end.</summary>
public sealed partial class SimulationTests
{
    [Test]
    public async Task FirstMinute_WithSimulatedScanners_EndsRegistered()
    {
        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAsync(
            folder.Path, "--Simulate:Scanners", "2", "--Simulate:Pace", "00:00:00.050", "--Simulate:RetryChance", "0");
        await Eventually.HoldsAsync(() => SignInLink().IsMatch(service.Output), "the printed link");
        await using var person = await Browser.NewPersonAsync();
        var page = await person.NewPageAsync();

        await page.GotoAsync(SignInLink().Match(service.Output).Value);
        await page.GetByRole(AriaRole.Radio, new() { Name = "sim-2" }).CheckAsync(new() { Force = true });
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Person" }).FillAsync("Grace");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Grace is registered" })).ToBeVisibleAsync(new() { Timeout = 15_000 });
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/#token=\S+", RegexOptions.None, 1000)]
    private static partial Regex SignInLink();
}
