using System.Text.Json.Nodes;
using Gateway.Tests.Contract;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>What an operator does with scanners, firmware, webhooks and rooms, and that it has happened.</summary>
[Category("Slow")]
public sealed class ConsoleWorkTests
{
    private SomeConsoleSite _site = null!;
    private ConsolePage _console = null!;

    private IPage Page => _console.Page;

    private ILocator Notes => Page.Locator(".notes");

    [OneTimeSetUp]
    public async Task OpenSiteAsync() => _site = await SomeConsoleSite.OpenAsync();

    [OneTimeTearDown]
    public async Task CloseSiteAsync() => await _site.DisposeAsync();

    [SetUp]
    public async Task SignInAsync() => _console = await ConsolePage.SignedInAsync(_site.Service.Page);

    [TearDown]
    public async Task CloseAsync()
    {
        Assert.That(_console.Complaints, Is.Empty);
        await _console.DisposeAsync();
    }

    [Test]
    public async Task Scanner_IsLocatedAndRenamed()
    {
        await _console.GoAsync("scanners/sim-3");
        await _console.Button("Locate").ClickAsync();
        await Expect(Notes).ToContainTextAsync("sim-3 blinks");
        await Expect(Page.GetByText("sim-3 answered").First).ToBeVisibleAsync();
        await _console.Button("Rename").ClickAsync();
        var ask = _console.Dialog("Rename sim-3");
        await ask.GetByLabel("Place").FillAsync("Side entrance");
        await ask.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(Page.Locator(".lead")).ToHaveTextAsync("Side entrance");
        Assert.That((string?)(await _site.Service.GetAsync("api/devices/sim-3"))["state"]!["location"], Is.EqualTo("Side entrance"));
    }

    [Test]
    public async Task Firmware_UploadedAndGiven_IsWhatTheScannerIsToRun_UntilItIsTakenBack()
    {
        var upload = ApiDocument.Operations.Single(operation => operation.ToString() == "POST /api/firmware").Examples.First().Value;
        upload["manifest"]!["version"] = "9.0.0";
        upload["manifest"]!["file"] = "scanner-9.0.0.bin";
        await _console.GoAsync("firmware");
        await _console.Button("Add a firmware").ClickAsync();
        var ask = _console.Dialog("Add a firmware");
        await ask.GetByLabel("Manifest").SetInputFilesAsync(FileOf("manifest.json", upload["manifest"]!.ToJsonString()));
        await ask.GetByLabel("Image").SetInputFilesAsync(new FilePayload
        {
            Name = "scanner-9.0.0.bin",
            MimeType = "application/octet-stream",
            Buffer = Convert.FromBase64String((string)upload["image"]!),
        });
        Assert.That(await _console.FindingsAsync(), Is.Empty);
        await ask.GetByRole(AriaRole.Button, new() { Name = "Add it" }).ClickAsync();
        await Expect(Notes).ToContainTextAsync("Firmware 9.0.0 is here");

        await _console.Button("Give sim-1 another firmware").ClickAsync();
        var give = _console.Dialog("Give sim-1 another firmware");
        await give.GetByLabel("Version").SelectOptionAsync("9.0.0");
        await give.GetByRole(AriaRole.Button, new() { Name = "Give", Exact = true }).ClickAsync();
        var row = Page.GetByRole(AriaRole.Row).Filter(new() { Has = Page.GetByRole(AriaRole.Link, new() { Name = "sim-1", Exact = true }) });
        await Expect(row).ToContainTextAsync("9.0.0");
        await _console.Button("Take back from sim-1").ClickAsync();
        await _console.Dialog("Take back from sim-1").GetByRole(AriaRole.Button, new() { Name = "Take back" }).ClickAsync();
        await Expect(row).Not.ToContainTextAsync("9.0.0");
    }

    [Test]
    public async Task Webhook_ThatFails_ShowsItsDeliveries_AndSendsOneAgain()
    {
        var url = "http://127.0.0.1:9/hook";
        await _console.GoAsync("webhooks");
        await Page.GetByRole(AriaRole.Link, new() { Name = url }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = url })).ToBeVisibleAsync();
        await Expect(Page.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("Waiting");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Send again" }).First.ClickAsync();
        await Expect(Notes).ToContainTextAsync("It is being sent");
    }

    [Test]
    public async Task Message_OfARoom_ShowsWhoGotIt()
    {
        await _console.GoAsync(_site.Own[^1].Split('?')[0]);
        await Page.GetByRole(AriaRole.Link, new() { Name = "Who got it?" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Row, new() { Name = "otto" })).ToBeVisibleAsync();
        await _console.ReloadAsync();
        await Expect(Page.GetByRole(AriaRole.Row, new() { Name = "otto" })).ToBeVisibleAsync();
    }

    [Test]
    public async Task History_OfADayAndAPerson_IsNarrowed_AndTheAddressKeepsIt()
    {
        await _console.GoAsync("enrollments");
        var ada = Page.GetByRole(AriaRole.Table, new() { Name = "History" }).GetByRole(AriaRole.Row, new() { Name = "Ada Lovelace" });
        await Expect(ada).ToBeVisibleAsync();
        await Page.GetByLabel("Day").FillAsync("2020-02-29");
        await Expect(Page.GetByText("Nothing fits")).ToBeVisibleAsync();
        await _console.ReloadAsync();
        await Expect(Page.GetByLabel("Day")).ToHaveValueAsync("2020-02-29");
        await Page.GetByLabel("Day").FillAsync(await Page.EvaluateAsync<string>("() => new Date().toLocaleDateString('sv-SE')"));
        await Expect(ada).ToBeVisibleAsync();

        await _console.GoAsync("checkins?person=Ada%20Lovelace");
        var stays = Page.GetByRole(AriaRole.Table, new() { Name = "Stays" });
        await Expect(stays.GetByRole(AriaRole.Row, new() { Name = "Ada Lovelace" })).ToContainTextAsync("inside");
    }

    private static FilePayload FileOf(string name, string text) =>
        new() { Name = name, MimeType = "application/json", Buffer = System.Text.Encoding.UTF8.GetBytes(text) };
}
