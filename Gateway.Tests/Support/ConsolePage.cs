using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.Support;

/// <summary>The console in Chromium, signed in with the link, and what it complained about.</summary>
internal sealed class ConsolePage : IAsyncDisposable
{
    private readonly Uri _base;
    private readonly List<string> _complaints = [];
    private bool _isExamined;

    private ConsolePage(IBrowserContext person, IPage page, Uri service)
    {
        Person = person;
        Page = page;
        _base = service;
        page.Console += (_, message) =>
        {
            // A connection that is cut on purpose, and an answer that is no, are complained about by the browser itself.
            var isTheBrowsers = message.Text.Contains("net::", StringComparison.Ordinal) || message.Text.Contains("WebSocket", StringComparison.Ordinal)
                || message.Text.Contains("Failed to load resource", StringComparison.Ordinal);
            // What examines the page tries a style of its own, which the page's policy refuses as it should.
            var isTheExaminers = _isExamined && message.Text.Contains("inline style", StringComparison.Ordinal);
            if (message.Type == "error" && !isTheBrowsers && !isTheExaminers)
            {
                _complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
    }

    public IBrowserContext Person { get; }

    public IPage Page { get; }

    public IReadOnlyList<string> Complaints => _complaints;

    public static async Task<ConsolePage> OpenAsync(Uri service, int width = 1440, int height = 900, string locale = "en-GB")
    {
        var person = await Browser.NewPersonAsync(locale);
        var page = await person.NewPageAsync();
        await page.SetViewportSizeAsync(width, height);
        return new(person, page, service);
    }

    public static async Task<ConsolePage> SignedInAsync(Uri service, int width = 1440, int height = 900, string locale = "en-GB")
    {
        var console = await OpenAsync(service, width, height, locale);
        await console.SignInAsync();
        return console;
    }

    public async Task SignInAsync()
    {
        await Page.GotoAsync($"{_base}console#token={GatewayFixture.AdminToken}");
        await IsLiveAsync();
    }

    public Task IsLiveAsync() => Expect(Page.Locator(".link-state")).ToHaveTextAsync("Live", new() { Timeout = 20_000 });

    public async Task GoAsync(string place)
    {
        await Page.EvaluateAsync("place => { location.hash = `#/${place}`; }", place);
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
    }

    public async Task ReloadAsync()
    {
        await Page.ReloadAsync();
        await IsLiveAsync();
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Dialog(string name) => Page.GetByRole(AriaRole.Dialog, new() { Name = name });

    /// <summary>What axe finds on the page as it is, one line each.</summary>
    public Task<string> FindingsAsync()
    {
        _isExamined = true;
        return Page.FindingsAsync();
    }

    public Uri At(string path) => new(_base, path);

    public async ValueTask DisposeAsync() => await Person.CloseAsync();
}
