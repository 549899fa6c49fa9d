using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.Support;

/// <summary>A test with a service, one scanner that is online, and a person at a kiosk in Chromium.</summary>
public abstract partial class KioskTest : ScannerTest
{
    private protected IBrowserContext Person { get; private set; } = null!;

    private protected IPage Page { get; private set; } = null!;

    /// <summary>What the page complained about.</summary>
    private protected List<string> Complaints { get; private set; } = null!;

    [SetUp]
    public async Task OpenPageAsync()
    {
        Person = await Browser.NewPersonAsync();
        Page = await Person.NewPageAsync();
        Complaints = [];
        Page.Console += (_, message) =>
        {
            // A connection that is cut on purpose is complained about by the browser itself.
            var isCut = message.Text.Contains("net::", StringComparison.Ordinal) || message.Text.Contains("WebSocket", StringComparison.Ordinal);
            if (message.Type == "error" && !isCut)
            {
                Complaints.Add(message.Text);
            }
        };
        Page.PageError += (_, error) => Complaints.Add(error);
    }

    [TearDown]
    public async Task ClosePageAsync() => await Person.CloseAsync();

    /// <summary>What a person does at the kiosk; returns the enrollment that the address now names.</summary>
    private protected async Task<string> StartAsync(string person)
    {
        if (!Page.Url.StartsWith(Service.Page.ToString(), StringComparison.Ordinal))
        {
            await Page.GotoAsync(Service.Page.ToString());
        }

        await Page.GetByRole(AriaRole.Textbox, new() { Name = "Person" }).FillAsync(person);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Expect(Page).ToHaveURLAsync(EnrollmentInUrl());
        return EnrollmentInUrl().Match(Page.Url).Groups["id"].Value;
    }

    private protected Task ShowsAsync(int percent) => ShowsAsync(Page, percent);

    private protected static Task ShowsAsync(IPage page, int percent) =>
        Expect(page.GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("aria-valuenow", $"{percent}", new() { Timeout = 15_000 });

    [GeneratedRegex("[?&]enrollment=(?<id>[0-9a-f-]{36})", RegexOptions.None, 1000)]
    private static partial Regex EnrollmentInUrl();
}
