using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Contract;
using Gateway.Tests.Architecture;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.Support;

/// <summary>The kiosk's files in a browser, on a service that says what the state has it say and nothing else.</summary>
internal sealed partial class ManualKiosk : IAsyncDisposable
{
    private const string Address = "http://kiosk.test/";

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html",
        [".js"] = "text/javascript",
        [".css"] = "text/css",
        [".json"] = "application/json",
        [".svg"] = "image/svg+xml",
    };

    private readonly KioskState _state;
    private readonly IBrowserContext _person;

    // The browser's connection tells about itself on one thread at a time.
    private readonly Dictionary<string, IWebSocketRoute> _links = new(StringComparer.Ordinal);
    private bool _isCut;

    private ManualKiosk(KioskState state, IBrowserContext person, IPage page)
    {
        _state = state;
        _person = person;
        Page = page;
    }

    public IPage Page { get; }

    public List<string> Complaints { get; } = [];

    public static async Task<ManualKiosk> OpenAsync(KioskState state, int width = 800, int height = 480, bool dark = false, string locale = "en-GB")
    {
        var person = await Browser.NewPersonAsync(locale, width, height, dark);
        var kiosk = new ManualKiosk(state, person, await person.NewPageAsync());
        await kiosk.OpenAsync();
        return kiosk;
    }

    /// <summary>An event on a channel that the page follows.</summary>
    public void Say(string channel, long seq, string type, object data) =>
        _links[channel].Send(JsonSerializer.Serialize(new { op = "event", channel, seq, position = seq, type, at = $"t{seq}", data }, ContractJson.Options));

    /// <summary>After what was said is on the glass.</summary>
    public Task PaintedAsync() => Page.EvaluateAsync(
        "() => new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))), 20))");

    /// <summary>After everything that moves towards an end has come there.</summary>
    public Task SettledAsync() => Page.EvaluateAsync("""
        () => Promise.all(document.getAnimations().filter(({ effect }) => {
          const { duration, delay, iterations } = effect.getTiming();
          return duration * iterations + delay < 3000;
        }).map(({ finished }) => finished))
        """);

    public ValueTask DisposeAsync() => new(_person.CloseAsync());

    [GeneratedRegex("/ws", RegexOptions.None, 1000)]
    private static partial Regex Socket();

    private async Task OpenAsync()
    {
        Page.PageError += (_, error) => Complaints.Add(error);
        await Page.Clock.InstallAsync();
        await Page.RouteAsync($"{Address}**", AnswerAsync);
        await Page.RouteWebSocketAsync(Socket(), link => link.OnMessage(frame => Hear(link, JsonSerializer.Deserialize<JsonElement>(frame.Text!))));
        await Page.GotoAsync($"{Address}{_state.Query}");
        await Expect(Page.Locator("main:not(.loading), .banner p").First).ToBeVisibleAsync();
        if (_state.Later.Count > 0)
        {
            await Eventually.HoldsAsync(() => _state.Later.All(later => _links.ContainsKey(later.Channel)), "the page follows its channels");
            await Page.Clock.RunForAsync(2000);
            foreach (var (channel, later) in _state.Later)
            {
                _links[channel].Send(JsonSerializer.Serialize(later, ContractJson.Options));
            }
        }

        if (_state.Act is not null)
        {
            await _state.Act(Page);
        }

        if (_state.IsCut)
        {
            _isCut = true;
            await Task.WhenAll(_links.Values.Distinct().Select(link => link.CloseAsync()));
            await Page.Clock.RunForAsync(1500);
        }

        if (_state.Untouched > 0)
        {
            await Page.Clock.FastForwardAsync(_state.Untouched);
        }

        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = _state.Heading }).First).ToBeVisibleAsync(new() { Timeout = 15_000 });
    }

    private async Task AnswerAsync(IRoute route)
    {
        var path = new Uri(route.Request.Url).AbsolutePath;
        if (!path.StartsWith("/api/", StringComparison.Ordinal))
        {
            var file = Path.Combine(Repository.Root, "Gateway", "wwwroot", path == "/" ? "index.html" : path[1..]);
            if (!File.Exists(file))
            {
                await route.FulfillAsync(new() { Status = 404 });
                return;
            }

            await route.FulfillAsync(new() { Path = file, ContentType = Types.GetValueOrDefault(Path.GetExtension(file), "text/plain") });
            return;
        }

        var asked = $"{route.Request.Method} {path}";
        (int, object?) usual = asked == "POST /api/tickets" ? (200, new { ticket = "t" }) : (404, new { code = "unknown" });
        var (status, body) = _state.Answers.GetValueOrDefault(asked, usual);
        if (status == 0 || _isCut)
        {
            await route.AbortAsync();
            return;
        }

        await route.FulfillAsync(new() { Status = status, ContentType = "application/json", Body = JsonSerializer.Serialize(body, ContractJson.Options) });
    }

    private void Hear(IWebSocketRoute link, JsonElement frame)
    {
        if (frame.GetProperty("op").GetString() != "subscribe")
        {
            return;
        }

        var channel = frame.GetProperty("channel").GetString()!;
        var id = frame.GetProperty("id").GetInt64();
        object answer = _state.Channels.TryGetValue(channel, out var state)
            ? new { op = "subscribed", id, channel, epoch = "e", seq = 10, position = 10, reset = frame.TryGetProperty("since", out _), state }
            : new { op = "error", id, code = "unknown_channel", message = "there is none" };
        link.Send(JsonSerializer.Serialize(answer, ContractJson.Options));
        _links[channel] = link;
    }
}
