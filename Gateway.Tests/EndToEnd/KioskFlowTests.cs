using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>The kiosk through what days bring: people in a row, refreshes, second screens, cut networks, sleep, a killed service.</summary>
[Category("Slow")]
public sealed class KioskFlowTests : KioskTest
{
    /// <summary>Keeps every percentage that was on the document when a frame began, over refreshes of the tab.</summary>
    private const string Recorder = """
        (() => {
          const seen = JSON.parse(sessionStorage.getItem("painted") ?? "[]");
          const look = () => {
            const now = document.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow");
            if (now !== undefined && now !== null && seen.at(-1) !== now) {
              seen.push(now);
              sessionStorage.setItem("painted", JSON.stringify(seen));
            }
            requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        })();
        """;

    [SetUp]
    public async Task RecordAsync() => await Page.AddInitScriptAsync(Recorder);

    [Test]
    public async Task ThreePeople_InARow_AreEachRegistered()
    {
        foreach (var (person, slot) in new[] { ("Ada", 0), ("Grace", 1), ("Alan", 2) })
        {
            var enrollment = await StartAsync(person);
            await ShowsAsync(0);
            for (var step = 1; step <= 3; step++)
            {
                await Scanner.ScanAsync(enrollment, step, slot: slot);
                await ShowsAsync(100 * step / 3);
            }

            await Scanner.ResultAsync(enrollment, slot: slot);
            await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = $"{person} is registered" })).ToBeVisibleAsync();
            await Page.GetByRole(AriaRole.Button, new() { Name = "Next person" }).ClickAsync();
            await Expect(Page.GetByRole(AriaRole.Textbox, new() { Name = "Person" })).ToHaveValueAsync("");
        }

        Assert.That(await PaintedAsync(), Is.EqualTo(new[] { "0", "33", "66", "100", "0", "33", "66", "100", "0", "33", "66", "100" }));
    }

    [Test]
    public async Task RefreshAtEveryStepAndAKill_NeverPaintAnythingThatIsNotTrue()
    {
        var enrollment = await StartAsync("Ada");
        await ShowsAsync(0);
        for (var step = 1; step <= 3; step++)
        {
            await Scanner.ScanAsync(enrollment, step);
            await ShowsAsync(100 * step / 3);
            await Page.ReloadAsync();
            await ShowsAsync(100 * step / 3);
            if (step == 2)
            {
                await KillAndStartAsync();
                await ShowsAsync(66);
            }
        }

        await Scanner.ResultAsync(enrollment);
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Ada is registered" })).ToBeVisibleAsync();
        await Page.ReloadAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "Ada is registered" })).ToBeVisibleAsync();
        Assert.That(await PaintedAsync(), Is.EqualTo(new[] { "0", "33", "66", "100" }));
    }

    [Test]
    public async Task TwoTabsAndAPhone_ShowTheSame_AndOneCancelsForAll()
    {
        var enrollment = await StartAsync("Ada");
        var tab = await Person.NewPageAsync();
        await using var pocket = await Browser.NewPersonAsync("en-GB", 390, 844, dark: true);
        var phone = await pocket.NewPageAsync();
        foreach (var beside in new[] { tab, phone })
        {
            await beside.GotoAsync(Page.Url);
        }

        await Scanner.ScanAsync(enrollment, 1);
        foreach (var screen in new[] { Page, tab, phone })
        {
            await ShowsAsync(screen, 33);
        }

        await phone.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(InMain(Page).GetByText("from another page or by the operator")).ToBeVisibleAsync();
        await Expect(InMain(phone).GetByText("Nothing was stored.")).ToBeVisibleAsync();
        await phone.ReloadAsync();
        await Expect(InMain(phone).GetByText("Nothing was stored.")).ToBeVisibleAsync();
        await Expect(InMain(phone).GetByText("another page")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Offline_SaysAsOfWhen_AndOnlineShowsWhatCameMeanwhile()
    {
        var enrollment = await StartAsync("Ada");
        await ShowsAsync(0);
        await Scanner.ScanAsync(enrollment, 1);
        await ShowsAsync(33);
        await Service.KillAsync();
        await Expect(Page.GetByRole(AriaRole.Contentinfo).GetByText("Connection lost. Shown as of")).ToBeVisibleAsync();
        await ShowsAsync(33);
        await Person.SetOfflineAsync(true);
        await StartAgainAsync();
        await Scanner.ScanAsync(enrollment, 2);
        await Expect(Page.GetByRole(AriaRole.Contentinfo).GetByText("Connection lost. Shown as of")).ToBeVisibleAsync();
        await Person.SetOfflineAsync(false);
        await ShowsAsync(66);
        await Expect(Page.GetByRole(AriaRole.Contentinfo).GetByText("Connection lost. Shown as of")).ToBeHiddenAsync();
        Assert.That(await PaintedAsync(), Is.EqualTo(new[] { "0", "33", "66" }));
    }

    [Test]
    public async Task TenMinutesAsleep_WakesToTheTruth()
    {
        await Page.Clock.InstallAsync();
        var enrollment = await StartAsync("Ada");
        await Scanner.ScanAsync(enrollment, 1);
        await ShowsAsync(33);
        await Scanner.ScanAsync(enrollment, 2);
        await Page.Clock.FastForwardAsync(600_000);
        await ShowsAsync(66);
        await Scanner.ScanAsync(enrollment, 3);
        await ShowsAsync(100);
    }

    [Test]
    public async Task FrozenTab_ThawedAgain_ShowsWhatCameMeanwhile_AlsoOverAKill()
    {
        var enrollment = await StartAsync("Ada");
        await ShowsAsync(0);
        await Scanner.ScanAsync(enrollment, 1);
        await ShowsAsync(33);
        await Page.SetFrozenAsync(true);
        await Scanner.ScanAsync(enrollment, 2);
        await KillAndStartAsync();
        await Page.SetFrozenAsync(false);
        await ShowsAsync(66);
        await Scanner.ScanAsync(enrollment, 3);
        await ShowsAsync(100);
        Assert.That(await PaintedAsync(), Is.EqualTo(new[] { "0", "33", "66", "100" }));
    }

    [Test]
    public async Task HiddenTab_WhenLookedAtAgain_ShowsWhatCameMeanwhile()
    {
        var enrollment = await StartAsync("Ada");
        await ShowsAsync(0);
        var other = await Person.NewPageAsync();
        await other.BringToFrontAsync();
        await Scanner.ScanAsync(enrollment, 1);
        await Scanner.ScanAsync(enrollment, 2);
        await Page.BringToFrontAsync();
        await ShowsAsync(66);
    }

    [Test]
    public async Task Receipt_OfWhatIsPainted_LeavesAfterThePaint()
    {
        await Page.AddInitScriptAsync("""
            const send = WebSocket.prototype.send;
            window.acks = [];
            WebSocket.prototype.send = function (text) {
              const frame = JSON.parse(text);
              if (frame.op === "ack" && frame.channel.startsWith("enrollments/")) {
                window.acks.push([frame.seq, Number(document.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow"))]);
              }
              return send.call(this, text);
            };
            """);
        var enrollment = await StartAsync("Ada");
        for (var step = 1; step <= 3; step++)
        {
            await Scanner.ScanAsync(enrollment, step);
            await ShowsAsync(100 * step / 3);
        }

        var events = (await Service.GetAsync($"api/enrollments/{enrollment}/events"))["events"]!.AsArray();
        var percents = new Dictionary<long, int>();
        foreach (var told in events)
        {
            percents[(long)told!["seq"]!] = told["data"]?["percent"] is { } percent ? (int)percent : percents.Values.LastOrDefault();
        }

        var last = percents.Keys.Max();
        await Eventually.HoldsAsync(async () => (await AcksAsync()).Any(ack => ack[0] == last), "the last one is acknowledged");
        Assert.That(await AcksAsync(), Is.All.Matches<int[]>(ack => ack[1] == percents[ack[0]]), JsonSerializer.Serialize(percents));
    }

    [Test]
    public async Task SomebodyElseEnrolls_SaysWhoAndGoesOnWhenTheScannerIsFree()
    {
        var other = await Service.PostAsync("api/enrollments", new { device = "lab-1", person = "Grace Hopper", start = "now" });
        await Page.GotoAsync(Service.Page.ToString());
        await Page.GetByRole(AriaRole.Textbox, new() { Name = "Person" }).FillAsync("Ada");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "lab-1 is in use" })).ToBeVisibleAsync();
        await Expect(InMain(Page).GetByText("Grace Hopper is registering there")).ToBeVisibleAsync();
        (await Service.Http.DeleteAsync($"api/enrollments/{other["id"]}")).EnsureSuccessStatusCode();
        await Expect(InMain(Page).GetByText("lab-1 is free now.")).ToBeVisibleAsync(new() { Timeout = 15_000 });
        await Expect(Page.GetByRole(AriaRole.Textbox, new() { Name = "Person" })).ToHaveValueAsync("Ada");
    }

    private static ILocator InMain(IPage page) => page.GetByRole(AriaRole.Main);

    private async Task<string[]> PaintedAsync() =>
        JsonSerializer.Deserialize<string[]>(await Page.EvaluateAsync<string>("() => sessionStorage.getItem('painted')"))!;

    private Task<int[][]> AcksAsync() => Page.EvaluateAsync<int[][]>("() => window.acks");
}
