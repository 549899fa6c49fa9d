using Gateway.Tests.Architecture;
using Microsoft.Playwright;

namespace Gateway.Tests.Support;

/// <summary>What a person would complain about on a page that is open in Chromium.</summary>
internal static class PageLooks
{
    /// <summary>What sticks out of its place, or of the screen; what scrolls is whole.</summary>
    private const string CutTexts = """
        () => [...document.querySelectorAll("body *")].filter(element => {
          const style = getComputedStyle(element);
          const isSeen = element.checkVisibility() && style.clipPath === "none" && element.closest(".unseen, .skip, svg") === null;
          const hasText = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim() !== "");
          if (!isSeen || !hasText) return false;
          const { left, right } = element.getBoundingClientRect();
          const isCut = style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1
            || style.overflowY === "hidden" && element.scrollHeight > element.clientHeight + 2;
          // What scrolls shows its right end to who asks for it; nothing shows what is left of its beginning.
          const region = element.closest(".table, .trace-scroll");
          const from = region === null ? 0 : region.getBoundingClientRect().left - region.scrollLeft;
          return left < from - 1 || (region === null && right > innerWidth + 1) || isCut;
        }).map(element => element.className + ": " + element.textContent.slice(0, 60))
        """;

    private const string Violations = """
        async rules => (await axe.run(document, rules === null ? {} : { runOnly: { type: "rule", values: rules } }))
          .violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")).join("\n")
        """;

    private static readonly string Axe = Path.Combine(Repository.Root, "Gateway.Tests", "Pages", "node_modules", "axe-core", "axe.min.js");

    /// <summary>What axe finds on the page as it is, one line each.</summary>
    public static async Task<string> FindingsAsync(this IPage page, params string[] rules)
    {
        if (!File.Exists(Axe))
        {
            Assert.Ignore("npm ci in Gateway.Tests/Pages brings axe-core");
        }

        // Its file in the page's own words: the page's policy lets no foreign script in.
        await page.EvaluateAsync(await File.ReadAllTextAsync(Axe));
        return await page.EvaluateAsync<string>(Violations, rules is [] ? null : rules);
    }

    public static Task<string[]> CutTextsAsync(this IPage page) => page.EvaluateAsync<string[]>(CutTexts);

    /// <summary>As a browser does with a tab in the background, to save power: nothing in it runs, no timer and no frame of its connections.</summary>
    public static async Task SetFrozenAsync(this IPage page, bool isFrozen)
    {
        var tools = await page.Context.NewCDPSessionAsync(page);
        await tools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = isFrozen ? "frozen" : "active" });
        await tools.DetachAsync();
    }

    /// <summary>How far the page is wider and higher than its screen.</summary>
    public static Task<int[]> OverflowAsync(this IPage page) => page.EvaluateAsync<int[]>(
        "() => [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]");
}
