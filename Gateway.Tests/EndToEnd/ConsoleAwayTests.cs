using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>The console while nobody looks, or without a network: it comes back to the truth by itself, and says so when it cannot know.</summary>
[Category("Slow")]
public sealed class ConsoleAwayTests() : ServiceTest(Admin)
{
    private const int TenMinutes = 600_000;

    private ConsolePage _console = null!;

    [SetUp]
    public async Task OpenAsync() => _console = await ConsolePage.OpenAsync(Service.Page);

    [TearDown]
    public async Task CloseAsync() => await _console.DisposeAsync();

    [Test]
    public async Task TenMinutesAsleep_WakesToTheTruth()
    {
        await _console.Page.Clock.InstallAsync();
        await SignInAtScannersAsync();
        await Service.PostAsync("api/devices", new { id = "door-1" });
        await _console.Page.Clock.FastForwardAsync(TenMinutes);
        await IsShownAsync("door-1");
        await _console.IsLiveAsync();
        await Service.PostAsync("api/devices", new { id = "door-2" });
        await IsShownAsync("door-2");
    }

    [Test]
    public async Task FrozenTab_ThawedAgain_ShowsWhatCameMeanwhile()
    {
        await SignInAtScannersAsync();
        await _console.Page.SetFrozenAsync(true);
        await Service.PostAsync("api/devices", new { id = "door-1" });
        await KillAndStartAsync();
        await Service.PostAsync("api/devices", new { id = "door-2" });
        await _console.Page.SetFrozenAsync(false);
        await IsShownAsync("door-1");
        await IsShownAsync("door-2");
        await _console.IsLiveAsync();
    }

    [Test]
    public async Task HiddenTab_WhenLookedAtAgain_ShowsWhatCameMeanwhile()
    {
        await SignInAtScannersAsync();
        var other = await _console.Person.NewPageAsync();
        await other.BringToFrontAsync();
        await Service.PostAsync("api/devices", new { id = "door-1" });
        await _console.Page.BringToFrontAsync();
        await IsShownAsync("door-1");
    }

    [Test]
    public async Task Offline_SaysAsOfWhen_AndOnlineShowsWhatCameMeanwhile()
    {
        await SignInAtScannersAsync();
        await _console.Person.SetOfflineAsync(true);
        // What the emulation cuts is new connections; the one that is open goes with the service.
        await KillAndStartAsync();
        await Expect(_console.Page.Locator(".notes")).ToContainTextAsync("Connection lost. Shown as of", new() { Timeout = 20_000 });
        await Service.PostAsync("api/devices", new { id = "door-1" });
        await _console.Person.SetOfflineAsync(false);
        await IsShownAsync("door-1");
        await Expect(_console.Page.Locator(".notes")).Not.ToContainTextAsync("Connection lost");
    }

    private async Task SignInAtScannersAsync()
    {
        await _console.SignInAsync();
        await _console.GoAsync("scanners");
        await Expect(_console.Page.GetByText("No scanner yet")).ToBeVisibleAsync();
    }

    private Task IsShownAsync(string scanner) =>
        Expect(_console.Page.GetByRole(AriaRole.Link, new() { Name = scanner })).ToBeVisibleAsync(new() { Timeout = 20_000 });
}
