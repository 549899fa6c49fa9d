using Microsoft.Playwright;

namespace Gateway.Tests.EndToEnd;

/// <summary>Every state of the kiosk: known by its heading, complete for a screen reader, whole on a small screen and at 200 %, calm in the dark.</summary>
[Category("Slow")]
public sealed class KioskStatesTests
{
    private const string SmallTargets = """
        () => [...document.querySelectorAll("button, input:not([type=radio]), label.scanner")].filter(element => element.checkVisibility())
          .filter(element => element.getBoundingClientRect().height < 48 || element.getBoundingClientRect().width < 48).map(element => element.outerHTML)
        """;

    [TestCaseSource(typeof(KioskStates), nameof(KioskStates.All))]
    public async Task State_OnASmallScreenInBothLightsAndAt200Percent_IsWholeAndAccessible(object given)
    {
        var state = (KioskState)given;
        await using var kiosk = await ManualKiosk.OpenAsync(state);
        var page = kiosk.Page;
        // What rises into its place is lower until it has come there.
        await kiosk.SettledAsync();
        Assert.That(await page.OverflowAsync(), Is.All.LessThanOrEqualTo(0), "800 x 480 scrolls");
        Assert.That(await page.EvaluateAsync<string[]>(SmallTargets), Is.Empty, "under 48 px");

        await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        Assert.That(await page.FindingsAsync(), Is.Empty);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        Assert.That(await page.FindingsAsync("color-contrast"), Is.Empty, "dark");

        // A browser's zoom halves the pixels that a page has.
        await page.SetViewportSizeAsync(400, 240);
        Assert.That((await page.OverflowAsync())[0], Is.LessThanOrEqualTo(0), "200 % scrolls sideways");
        Assert.That(await page.CutTextsAsync(), Is.Empty, "200 %");
        Assert.That(kiosk.Complaints, Is.Empty);
    }

    [Test]
    public async Task Keyboard_Alone_PicksAPersonAndStarts()
    {
        var state = KioskStates.All.First(known => known.Name == "full") with { Heading = "Register a finger", Act = null };
        await using var kiosk = await ManualKiosk.OpenAsync(state);
        await TabToAsync(kiosk.Page, "Grace Hopper");
        await kiosk.Page.Keyboard.PressAsync("Enter");
        await kiosk.PaintedAsync();
        Assert.That(await kiosk.Page.GetByRole(AriaRole.Textbox, new() { Name = "Person" }).InputValueAsync(), Is.EqualTo("Grace Hopper"));
        await TabToAsync(kiosk.Page, "Start");
        await kiosk.Page.Keyboard.PressAsync("Space");
        await Assertions.Expect(kiosk.Page.GetByRole(AriaRole.Heading, new() { Name = "lab-1 is full" })).ToBeFocusedAsync();
    }

    [Test]
    public async Task Running_FromWakingToRegistered_ShiftsNothing()
    {
        var state = KioskStates.All.First(known => known.Name == "wake");
        await using var kiosk = await ManualKiosk.OpenAsync(state);
        // The last that a page at its start learns, and shows.
        await Assertions.Expect(kiosk.Page.Locator("header .help")).ToBeVisibleAsync();
        await kiosk.PaintedAsync();
        await kiosk.Page.EvaluateAsync("""
            () => {
              window.shifts = [];
              new PerformanceObserver(list => list.getEntries().forEach(entry => entry.hadRecentInput || window.shifts.push(entry.value)))
                .observe({ type: "layout-shift", buffered: false });
            }
            """);
        string[] events = ["armed", "waiting", "progress", "retry", "progress", "progress"];
        var steps = new[] { 1, 1, 1, 2, 2, 3 };
        for (var index = 0; index < events.Length; index++)
        {
            kiosk.Say("enrollments/e1", 11 + index, events[index], new { step = steps[index], of = 3, reason = "too_short" });
            await kiosk.PaintedAsync();
        }

        Assert.That(await kiosk.Page.EvaluateAsync<double[]>("() => window.shifts"), Is.All.LessThan(0.001));
        Assert.That(await kiosk.Page.GetByRole(AriaRole.Progressbar).GetAttributeAsync("aria-valuenow"), Is.EqualTo("100"));
    }

    [Test]
    public async Task Live_EachStep_IsSpokenOnce()
    {
        var state = KioskStates.All.First(known => known.Name == "wake");
        await using var kiosk = await ManualKiosk.OpenAsync(state);
        await kiosk.Page.EvaluateAsync("""
            () => {
              window.spoken = [];
              const live = document.getElementById("live");
              new MutationObserver(() => window.spoken.push(live.textContent)).observe(live, { childList: true, characterData: true, subtree: true });
            }
            """);
        string[] events = ["armed", "waiting", "progress", "progress", "progress"];
        var steps = new[] { 1, 1, 1, 2, 3 };
        for (var index = 0; index < events.Length; index++)
        {
            kiosk.Say("enrollments/e1", 11 + index, events[index], new { step = steps[index], of = 3 });
            await kiosk.PaintedAsync();
        }

        Assert.That(await kiosk.Page.EvaluateAsync<string[]>("() => window.spoken"), Is.EqualTo(new[]
        {
            "Step 1 of 3 · Place the finger · On the scanner lab-1.",
            "Step 2 of 3 · Lift it, then place it again · The same finger, turned a little.",
            "Step 3 of 3 · Lift it, then place it again · The same finger, turned a little.",
            "Step 3 of 3 · Lift the finger · All scans are in. The scanner is storing them.",
        }));
    }

    [TestCase("de-AT", "de", "Ada Lovelace ist registriert")]
    [TestCase("fr-FR", "en", "Ada Lovelace is registered")]
    public async Task Browser_OfSomeLanguage_IsSpokenToInItWhereThereIsAFile(string locale, string language, string heading)
    {
        var state = KioskStates.All.First(known => known.Name == "registered") with { Heading = heading };
        await using var kiosk = await ManualKiosk.OpenAsync(state, locale: locale);
        Assert.That(await kiosk.Page.Locator("html").GetAttributeAsync("lang"), Is.EqualTo(language));
    }

    private static async Task TabToAsync(IPage page, string name)
    {
        for (var tab = 0; tab < 30; tab++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("name => document.activeElement !== document.body && document.activeElement.textContent.includes(name)", name))
            {
                return;
            }
        }

        Assert.Fail($"the keyboard never comes to {name}");
    }
}
