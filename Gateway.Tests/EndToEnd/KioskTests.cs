using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>The whole way: from mosquitto_pub through the service to what Debian's Chromium paints.</summary>
public sealed partial class KioskTests : ScannerTest
{
    private IBrowserContext _person = null!;
    private IPage _page = null!;
    private List<string> _complaints = null!;

    private ILocator Progress => _page.GetByRole(AriaRole.Progressbar);

    [SetUp]
    public async Task OpenAsync()
    {
        _person = await Browser.NewPersonAsync();
        _page = await _person.NewPageAsync();
        _complaints = [];
        _page.Console += (_, message) =>
        {
            // A connection that is cut on purpose is complained about by the browser itself.
            var isCut = message.Text.Contains("net::", StringComparison.Ordinal) || message.Text.Contains("WebSocket", StringComparison.Ordinal);
            if (message.Type == "error" && !isCut)
            {
                _complaints.Add(message.Text);
            }
        };
        _page.PageError += (_, error) => _complaints.Add(error);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _person.CloseAsync();
    }

    [Test]
    public async Task Scan_RetainedByMosquitto_MovesThePageFrom0To33Percent()
    {
        var enrollment = await StartAsync("Ada Lovelace");
        await ShowsAsync(0);
        await Scanner.ScanAsync(enrollment, 1);
        await ShowsAsync(33);
        Assert.That(_complaints, Is.Empty);
    }

    [Test]
    public async Task Refresh_After33Percent_Still33Percent()
    {
        // E3: progress lived in page variables; a refresh showed 0/3.
        var enrollment = await StartAsync("Ada Lovelace");
        await Scanner.ScanAsync(enrollment, 1);
        await ShowsAsync(33);
        await _page.ReloadAsync();
        await ShowsAsync(33);
        Assert.That(_page.Url, Does.Contain($"enrollment={enrollment}"));
    }

    [Test]
    public async Task Kill_After33Percent_PageGoesOnByItselfAndARefreshShowsTheSame()
    {
        var enrollment = await StartAsync("Ada Lovelace");
        await Scanner.ScanAsync(enrollment, 1);
        await ShowsAsync(33);

        await KillAndStartAsync();

        await ShowsAsync(33);
        await Scanner.ScanAsync(enrollment, 2);
        await ShowsAsync(66);
        await _page.ReloadAsync();
        await ShowsAsync(66);
    }

    [Test]
    public async Task Enrollment_AllScansIn_PageSaysRegistered()
    {
        var enrollment = await StartAsync("Ada Lovelace");
        for (var step = 1; step <= 3; step++)
        {
            await Scanner.ScanAsync(enrollment, step);
            await ShowsAsync(100 * step / 3);
        }

        await Scanner.ResultAsync(enrollment);
        await Expect(_page.GetByRole(AriaRole.Heading, new() { Name = "Ada Lovelace is registered" })).ToBeVisibleAsync();
        Assert.That(_complaints, Is.Empty);
    }

    [Test]
    public async Task SecondTab_OfTheSameEnrollment_ShowsTheSame()
    {
        var enrollment = await StartAsync("Ada Lovelace");
        await Scanner.ScanAsync(enrollment, 1);
        await ShowsAsync(33);
        var second = await _person.NewPageAsync();
        await second.GotoAsync(_page.Url);
        await Expect(second.GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("aria-valuenow", "33");
        await Scanner.ScanAsync(enrollment, 2);
        await Expect(second.GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("aria-valuenow", "66");
        await ShowsAsync(66);
    }

    [TestCase("stream")]
    [TestCase("poll")]
    public async Task WebSocketsBlocked_PageFollowsByAnotherWay_AlsoOverAKill(string way)
    {
        await _page.AddInitScriptAsync("""
            window.WebSocket = class extends EventTarget {
              constructor() { super(); setTimeout(() => this.dispatchEvent(new CloseEvent("close", { code: 1006 }))); }
              send() {}
              close() {}
            };
            """);
        if (way == "poll")
        {
            await _page.RouteAsync("**/events?*", route => route.Request.Headers.GetValueOrDefault("accept") == "text/event-stream"
                ? route.AbortAsync() : route.ContinueAsync());
        }

        var enrollment = await StartAsync("Ada Lovelace");
        await Scanner.ScanAsync(enrollment, 1);
        await ShowsAsync(33);
        Assert.That(await Service.Http.GetStringAsync("api/connections"), Does.Contain($"\"transport\":\"{way}\"").And.Not.Contain("\"socket\""));

        await KillAndStartAsync();
        await Scanner.ScanAsync(enrollment, 2);
        await ShowsAsync(66);
    }

    [GeneratedRegex("[?&]enrollment=(?<id>[0-9a-f-]{36})", RegexOptions.None, 1000)]
    private static partial Regex EnrollmentInUrl();

    private Task ShowsAsync(int percent) => Expect(Progress).ToHaveAttributeAsync("aria-valuenow", percent.ToString(), new() { Timeout = 15_000 });

    /// <summary>What a person does at the kiosk; returns the enrollment that the address now names.</summary>
    private async Task<string> StartAsync(string person)
    {
        await _page.GotoAsync(Service.Page.ToString());
        await _page.GetByRole(AriaRole.Textbox, new() { Name = "Person" }).FillAsync(person);
        await _page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Expect(_page).ToHaveURLAsync(EnrollmentInUrl());
        return EnrollmentInUrl().Match(_page.Url).Groups["id"].Value;
    }
}
