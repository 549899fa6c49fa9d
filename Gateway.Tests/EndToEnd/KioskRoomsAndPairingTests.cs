using System.Net.Http.Json;
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
    public async Task PairedKiosk_GreetsByName_AndCallsForHelp()
    {
        await using var service = await GatewayFixture.StartAsync(Folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
        var device = await service.PostAsync("api/devices", new { id = "door-1" });
        string[] credentials = ["-u", "door-1", "-P", (string)device["secret"]!];
        var scanner = new ScannerByHand(() => service.MqttPort, "door-1", credentials);
        await using var session = Mosquitto.Listen(service.MqttPort, "scanners/door-1/commands", [.. credentials, "-i", "door-1"]);
        await scanner.StatusAsync();
        await Eventually.HoldsAsync(async () => (bool?)(await service.GetAsync("api/devices/door-1"))["state"]!["online"] == true, "it is there");
        var enrollment = await service.PostAsync("api/enrollments", new { device = "door-1", person = "p-7", scans = 1, start = "now" });
        await scanner.ScanAsync((string)enrollment["id"]!, 1, of: 1);
        await scanner.ResultAsync((string)enrollment["id"]!);
        using var named = await service.Http.PutAsJsonAsync("api/people/p-7", new { name = "Grace Hopper" });
        named.EnsureSuccessStatusCode();

        await _page.GotoAsync(service.Page.ToString());
        await Expect(_page.Locator(".code")).Not.ToContainTextAsync("·");
        await service.PostAsync("api/kiosks", new { code = await _page.Locator(".code").TextContentAsync(), device = "door-1" });
        await Expect(_page.GetByRole(AriaRole.Main)).ToContainTextAsync("door-1");
        await Eventually.HoldsAsync(
            async () => (await service.GetAsync("api/connections")).ToJsonString().Contains("checkins/main"), "the kiosk follows its site");
        await Eventually.HoldsAsync(
            async () =>
            {
                await scanner.IdentifyAsync(0);
                return await _page.GetByText("Grace Hopper").CountAsync() > 0;
            },
            "it greets by name");

        await _page.GetByRole(AriaRole.Button, new() { Name = "Call for help" }).ClickAsync();
        await Expect(_page.GetByRole(AriaRole.List, new() { Name = "Messages" })).ToContainTextAsync("Somebody at door-1 asks for help.");
        var room = $"api/rooms/{(await service.GetAsync("api/rooms"))["items"]!.AsArray().Single()!["id"]}";
        var answer = await service.PostAsync($"{room}/messages", new { data = new { text = "I am on my way." } });
        await Eventually.HoldsAsync(
            async () => (await service.GetAsync($"{room}/messages/{answer["id"]}/receipts"))["items"]!.AsArray().Any(receipt => receipt!["read"] is not null),
            "it was on the screen, and the operator is told so");
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
