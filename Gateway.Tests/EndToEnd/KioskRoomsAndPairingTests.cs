using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>What the kiosk has to do with other people: who passes by, who helps, and who lets it in.</summary>
[Category("Slow")]
public sealed class KioskRoomsAndPairingTests : FolderTest
{
    private IBrowserContext _person = null!;
    private IPage _page = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _person = await Browser.NewPersonAsync();
        _page = await _person.NewPageAsync();
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _person.CloseAsync();
    }

    [Test]
    public async Task Pairing_ConfirmedByAnOperator_MakesTheScreenThatScannersKioskAlsoAfterARefresh()
    {
        await using var service = await GatewayFixture.StartAsync(Folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken, "--Simulate:Scanners", "2");
        await _page.GotoAsync(service.Page.ToString());
        var shown = _page.Locator(".code");
        await Expect(shown).Not.ToContainTextAsync("·");
        await service.PostAsync("api/kiosks", new { code = await shown.TextContentAsync(), device = "sim-2" });
        for (var visit = 0; visit < 2; visit++)
        {
            await Expect(_page.GetByRole(AriaRole.Main).GetByText("sim-2")).ToBeVisibleAsync(new() { Timeout = 15_000 });
            await Expect(_page.GetByRole(AriaRole.Radio)).ToHaveCountAsync(0);
            await _page.ReloadAsync();
        }

        await _page.GetByRole(AriaRole.Textbox, new() { Name = "Person" }).FillAsync("Grace");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Expect(_page.GetByRole(AriaRole.Heading, new() { Name = "Grace is registered" })).ToBeVisibleAsync(new() { Timeout = 20_000 });
    }

    [Test]
    public async Task CallForHelp_IsARoomAndTheAnswerIsThereAlsoAfterARefresh()
    {
        await using var service = await GatewayFixture.StartAnonymousAsync(Folder.Path);
        await new ScannerByHand(() => service.MqttPort, "lab-1").StatusAsync();
        await _page.GotoAsync(service.Page.ToString());
        await Expect(_page.GetByRole(AriaRole.Main)).ToContainTextAsync("lab-1");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Call for help" }).ClickAsync();
        await Expect(_page.GetByRole(AriaRole.List, new() { Name = "Messages" })).ToContainTextAsync("Somebody at lab-1 asks for help.");
        var room = (await service.GetAsync("api/rooms"))["items"]![0]!["id"];
        await service.PostAsync($"api/rooms/{room}/messages", new { data = new { text = "I am on my way." } });
        await Expect(_page.GetByRole(AriaRole.List, new() { Name = "Messages" })).ToContainTextAsync("I am on my way.");

        await _page.ReloadAsync();
        await _page.GetByRole(AriaRole.Button, new() { Name = "Help: 1 new" }).ClickAsync();
        await Expect(_page.GetByRole(AriaRole.List, new() { Name = "Messages" })).ToContainTextAsync("I am on my way.");
        await _page.GetByRole(AriaRole.Textbox, new() { Name = "Your message" }).FillAsync("Thank you");
        await _page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(_page.GetByRole(AriaRole.List, new() { Name = "Messages" })).ToContainTextAsync("Thank you");
    }
}
