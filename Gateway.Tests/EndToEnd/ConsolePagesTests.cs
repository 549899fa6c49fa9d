using Gateway.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>Every page of the console with something on it: nothing for axe to find, in both lights, and whole on a phone.</summary>
[Category("Slow")]
public sealed class ConsolePagesTests
{
    private static readonly string[] Places =
    [
        "overview", "scanners", "scanners/sim-1", "enrollments", "people", "checkins", "rooms", "jobs", "quarantine", "connections", "access",
        "webhooks", "audit", "system", "more", "enrollments/unknown", "scanners/unknown",
    ];

    private SomeFolder _folder = null!;
    private GatewayFixture _service = null!;
    private string _enrollment = null!;
    private string _room = null!;

    [OneTimeSetUp]
    public async Task FillAsync()
    {
        _folder = new();
        _service = await GatewayFixture.StartAsync(_folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken, "--Simulate:Scanners", "3");
        await Eventually.HoldsAsync(
            async () => (await _service.GetAsync("api/devices"))["items"]!.AsArray().Count(item => (bool)item!["online"]!) == 3, "the scanners are there");
        _enrollment = (string)(await _service.PostAsync("api/enrollments", new { device = "sim-1", person = "Ada Lovelace", start = "now" }))["id"]!;
        _room = (string)(await _service.PostAsync("api/rooms", new { name = "Help at the entrance" }))["id"]!;
        await _service.PostAsync($"api/rooms/{_room}/messages", new { data = new { text = "The scanner does not see my finger." } });
        await _service.PostAsync("api/jobs", new { id = "import", name = "Nightly import", total = 10 });
        await _service.PostAsync("api/jobs/import/events", new { type = "progress", done = 4, message = "4 of 10" });
        await _service.PostAsync("api/checkins", new { site = "main", person = "Ada Lovelace", direction = "in" });
        await _service.PostAsync("api/users", new { name = "otto", role = "operator", password = "long enough" });
        await _service.PostAsync("api/keys", new { name = "importer", scopes = new[] { "jobs" } });
        await _service.PostAsync("api/webhooks", new { url = "http://127.0.0.1:9/hook" });
        await Mosquitto.PublishAsync(_service.MqttPort, "scanners/sim-1/identifications", "{", "-u", "admin", "-P", GatewayFixture.AdminToken);
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [TestCase(1440, 900)]
    [TestCase(390, 844)]
    public async Task Pages_OnThisScreen_AreAccessibleInBothLights_AndDoNotScrollSideways(int width, int height)
    {
        await using var console = await ConsolePage.SignedInAsync(_service.Page, width, height);
        var findings = new List<string>();
        foreach (var place in (string[])[.. Places, $"enrollments/{_enrollment}", $"rooms/{_room}"])
        {
            await console.GoAsync(place);
            await Expect(console.Page.Locator(".waiting")).ToHaveCountAsync(0);
            foreach (var light in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await console.Page.EmulateMediaAsync(new() { ColorScheme = light, ReducedMotion = ReducedMotion.Reduce });
                findings.Add(await console.FindingsAsync() is { Length: > 0 } found ? $"{place} {light}: {found}" : "");
            }

            var isWide = await console.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth");
            findings.Add(isWide ? $"{place} scrolls sideways" : "");
        }

        Assert.That(findings.Where(finding => finding.Length > 0), Is.Empty);
        Assert.That(console.Complaints, Is.Empty);
    }

    [Test]
    public async Task Scanners_WithHeartbeats_ShowSignalAndWhenTheyWereHeard()
    {
        await using var console = await ConsolePage.SignedInAsync(_service.Page);
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
        await using var console = await ConsolePage.SignedInAsync(_service.Page);
        await console.GoAsync("checkins");
        await Expect(console.Page.GetByRole(AriaRole.Row, new() { Name = "Ada Lovelace" })).ToContainTextAsync("In");
    }
}
