using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>The operator's page: what is done there happens, what happens is seen there, and it says so when it cannot know.</summary>
public sealed partial class ConsoleTests() : ServiceTest(Admin)
{
    private string[] _credentials = null!;
    private ScannerByHand _scanner = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        var device = await Service.PostAsync("api/devices", new { id = "door-1", location = "Hall" });
        _credentials = ["-u", "door-1", "-P", (string)device["secret"]!];
        _scanner = new(() => Service.MqttPort, "door-1", _credentials);
    }

    [Test]
    public async Task SignIn_WithTheLink_LeavesNoTokenInTheAddress_AndSignOutEndsIt()
    {
        await using var console = await ConsolePage.SignedInAsync(Service.Page);
        Assert.That(console.Page.Url, Does.Not.Contain("token"));
        await Expect(console.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();

        await console.Button("Sign out").ClickAsync();
        await Expect(console.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await console.Page.ReloadAsync();
        await Expect(console.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        Assert.That(console.Complaints, Is.Empty);
    }

    [Test, Category("Slow")]
    public async Task SignIn_OfAViewer_ShowsEverythingThatViewersMaySee_AndNothingToDo()
    {
        await Service.PostAsync("api/users", new { name = "vera", role = "viewer", password = "long enough" });
        await using var console = await ConsolePage.OpenAsync(Service.Page);
        await console.Page.GotoAsync(console.At("console/#/scanners").ToString());
        await console.Page.GetByLabel("Name").FillAsync("vera");
        await console.Page.GetByLabel("Password").FillAsync("wrong password");
        await console.Button("Sign in").ClickAsync();
        await Expect(console.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("did not match");
        await console.Page.GetByLabel("Password").FillAsync("long enough");
        await console.Button("Sign in").ClickAsync();

        await Expect(console.Page.GetByRole(AriaRole.Link, new() { Name = "door-1" })).ToBeVisibleAsync();
        await Expect(console.Button("Add a scanner")).ToHaveCountAsync(0);
        await Expect(console.Page.GetByRole(AriaRole.Link, new() { Name = "Audit" })).ToHaveCountAsync(0);
        Assert.That(console.Complaints, Is.Empty);
    }

    [Test, Category("Slow")]
    public async Task Scanner_AddedHere_ShowsItsSecretOnce_AndIsInTheList()
    {
        await using var console = await ConsolePage.SignedInAsync(Service.Page);
        await console.GoAsync("scanners");
        await console.Button("Add a scanner").ClickAsync();
        var ask = console.Dialog("Add a scanner");
        await ask.GetByLabel("Id").FillAsync("Door 2");
        await ask.GetByRole(AriaRole.Button, new() { Name = "Add it" }).ClickAsync();
        await Expect(ask.GetByRole(AriaRole.Alert)).ToContainTextAsync("Lower-case letters");
        Assert.That(await console.FindingsAsync(), Is.Empty);
        await ask.GetByLabel("Id").FillAsync("door-2");
        await ask.GetByRole(AriaRole.Button, new() { Name = "Add it" }).ClickAsync();

        var told = console.Dialog("Set up door-2");
        await told.GetByLabel("Address of the gateway").FillAsync("192.168.1.10");
        await Expect(told).ToContainTextAsync($$"""{"gateway":"192.168.1.10","port":{{Service.MqttPort}},"tls":false,"device":"door-2","secret":""");
        await Expect(told.GetByRole(AriaRole.Img, new() { Name = "QR code" })).ToBeVisibleAsync();
        await told.GetByLabel("Address of the gateway").PressAsync("Enter");
        await Expect(told).ToBeVisibleAsync();
        await told.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(console.Page.GetByRole(AriaRole.Link, new() { Name = "door-2" })).ToBeVisibleAsync();
        await Expect(console.Button("Add a scanner")).ToBeFocusedAsync();
        Assert.That(console.Complaints, Is.Empty);
    }

    [Test, Category("Slow")]
    public async Task Enrollment_StartedHere_IsFollowedScanByScan_AndTraced()
    {
        await using var connection = Mosquitto.Listen(Service.MqttPort, "scanners/door-1/commands", [.. _credentials, "-i", "door-1"]);
        await _scanner.StatusAsync();
        await using var console = await ConsolePage.SignedInAsync(Service.Page);
        await console.GoAsync("scanners/door-1");
        await console.Button("Enroll here").ClickAsync();
        var ask = console.Dialog("Start an enrollment");
        await ask.GetByLabel("Person").FillAsync("Ada Lovelace");
        await ask.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();

        var progress = console.Page.GetByRole(AriaRole.Progressbar, new() { Name = "Progress of Ada Lovelace" });
        // The scanner's own page shows it too, until the page of the enrollment is there.
        await Expect(console.Page).ToHaveURLAsync(EnrollmentPage());
        await Expect(progress).ToHaveAttributeAsync("aria-valuenow", "0");
        var enrollment = console.Page.Url[^36..];
        await _scanner.ScanAsync(enrollment, 1);
        await Expect(progress).ToHaveAttributeAsync("aria-valuenow", "33");
        await console.ReloadAsync();
        await Expect(progress).ToHaveAttributeAsync("aria-valuenow", "33");
        await Expect(console.Page.GetByRole(AriaRole.Row, new() { Name = "Scan 1" })).ToContainTextAsync(Milliseconds());

        await console.Button("Cancel").ClickAsync();
        await console.Dialog("Cancel the enrollment of Ada Lovelace?").GetByRole(AriaRole.Button, new() { Name = "Cancel" }).Last.ClickAsync();
        await Expect(console.Page.Locator("main")).ToContainTextAsync("Cancelled");
        await Expect(console.Button("Start again")).ToBeVisibleAsync();
        Assert.That(console.Complaints, Is.Empty);
    }

    [Test, Category("Slow")]
    public async Task Service_KilledUnderThePage_IsSaid_AndItComesBackByItself()
    {
        await using var console = await ConsolePage.SignedInAsync(Service.Page);
        await console.GoAsync("scanners");
        await Expect(console.Page.GetByRole(AriaRole.Link, new() { Name = "door-1" })).ToBeVisibleAsync();
        await Service.KillAsync();
        await Expect(console.Page.Locator(".notes")).ToContainTextAsync("Connection lost. Shown as of", new() { Timeout = 15_000 });
        await Expect(console.Page.GetByRole(AriaRole.Link, new() { Name = "door-1" })).ToBeVisibleAsync();

        await StartAgainAsync();
        await console.IsLiveAsync();
        await Service.PostAsync("api/devices", new { id = "door-3" });
        await Expect(console.Page.GetByRole(AriaRole.Link, new() { Name = "door-3" })).ToBeVisibleAsync();
    }

    [GeneratedRegex(@"\d\d:\d\d:\d\d\.\d{3}", RegexOptions.None, 1000)]
    private static partial Regex Milliseconds();

    [GeneratedRegex("#/enrollments/", RegexOptions.None, 1000)]
    private static partial Regex EnrollmentPage();
}
