using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.Contract;
using Gateway.Simulation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.Tests.EndToEnd;

/// <summary>The newcomer's first minute: no hardware, the printed link, an enrollment that runs to its end.</summary>
public sealed partial class SimulationTests
{
    private static readonly ILogger s_noLog = NullLogger.Instance;

    [Test]
    public async Task FirstMinute_WithSimulatedScanners_EndsRegistered()
    {
        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAsync(
            folder.Path, "--Simulate:Scanners", "2", "--Simulate:Pace", "00:00:00.050", "--Simulate:RetryChance", "0");
        await Eventually.HoldsAsync(() => SignInLink().IsMatch(service.Output), "the printed link");
        await using var person = await Browser.NewPersonAsync();
        var page = await person.NewPageAsync();

        await page.GotoAsync(SignInLink().Match(service.Output).Value);
        await page.GetByRole(AriaRole.Radio, new() { Name = "sim-2" }).CheckAsync(new() { Force = true });
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Person" }).FillAsync("Grace");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Grace is registered" })).ToBeVisibleAsync(new() { Timeout = 15_000 });
    }

    [Test]
    [Category("Slow")]
    public async Task Service_Killed_ItsScannersKeepTheirFingers_AndTellWhatWasBrokenOff()
    {
        using var folder = new SomeFolder();
        string[] arguments = ["--Access:AdminToken", GatewayFixture.AdminToken, "--Simulate:Scanners", "1", "--Simulate:RetryChance", "0"];
        string enrollment;
        await using (var service = await GatewayFixture.StartAsync(folder.Path, [.. arguments, "--Simulate:Pace", "00:00:00.100"]))
        {
            await StateAsync(service, await EnrollAsync(service, "Ada"), "succeeded");
            enrollment = await EnrollAsync(service, "Grace");
            await StateAsync(service, enrollment, "scanning");
            await service.KillAsync();
        }

        await using var again = await GatewayFixture.StartAsync(folder.Path, [.. arguments, "--Simulate:Visits", "00:00:00.050"]);
        await StateAsync(again, enrollment, "failed");
        Assert.That((string?)(await again.GetAsync($"api/enrollments/{enrollment}"))["state"]!["reason"], Is.EqualTo("reset"));
        var scanner = (await again.GetAsync("api/devices/sim-1"))["state"]!;
        Assert.That(((int?)scanner["stored"], scanner["mismatch"]), Is.EqualTo((1, (JsonNode?)null)), scanner.ToJsonString());
        await Eventually.HoldsAsync(async () => (int)(await again.GetAsync("api/checkins/main/stats"))["today"]! > 0, "Ada comes by");
    }

    [Test]
    [Category("Slow")]
    public async Task Simulate_AgainstAGateway_TellsProgressAndPercentiles_AndClearsUpWhatAnEarlierRunLeft()
    {
        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAnonymousAsync(folder.Path);
        string[] fifty =
        [
            "--url", service.Page.ToString(), "--mqtt", $"127.0.0.1:{service.MqttPort}", "--scanners", "50", "--rate", "10", "--pace", "0.1", "--faults", "all",
        ];
        for (var run = 1; run <= 2; run++)
        {
            var terminal = new StringWriter();
            Assert.That(await SimulateCommand.RunAsync([.. fifty, "--enrollments", "30"], terminal), Is.Zero, terminal.ToString());
            var lines = terminal.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.That(lines, Has.Length.GreaterThan(3), "a line a second");
            Assert.That(lines[^1], Is.EqualTo("verdict: lost 0, doubled 0, reordered 0 in 30 enrollments, 0 of which ended wrong"));
            Assert.That(lines.Distinct().Count(), Is.EqualTo(lines.Length), "no line twice");
            Assert.That(lines[^2], Does.Match(@"requested 30, ended 30, right 30, wrong 0, .*scan to page p50 [\d.]+ p99 [\d.]+ max [\d.]+ ms"));
        }

        await AssertNothingIsLeftAsync(service);

        // As if a run had been broken off: the service knows of a finger, the next run deletes it.
        var options = SimulateCommand.Read([.. fifty[..4], "--scanners", "1", "--pace", "0.05"]);
        var interrupted = new EnrollmentLoad(options with { Cleans = false }, TimeProvider.System, s_noLog);
        using var stop = new CancellationTokenSource();
        var running = interrupted.RunAsync(stop.Token);
        await Eventually.HoldsAsync(async () => await FingersAsync(service) > 0, "a finger in load-1");
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.That(await SimulateCommand.RunAsync([.. fifty[..4], "--scanners", "1", "--pace", "0.05", "--enrollments", "1"], TextWriter.Null), Is.Zero);
        await AssertNothingIsLeftAsync(service);
    }

    [Test, Category("Slow")]
    public async Task Simulate_WhereAScannerOfThatNameIsReal_LeavesItAlone()
    {
        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAnonymousAsync(folder.Path);
        await service.PostAsync("api/devices", new { id = "load-1", location = "Hall" });
        string[] arguments = ["--url", service.Page.ToString(), "--mqtt", $"127.0.0.1:{service.MqttPort}", "--scanners", "1", "--enrollments", "1"];

        Assert.That(
            async () => await SimulateCommand.RunAsync(arguments, TextWriter.Null), Throws.InstanceOf<SettingException>().With.Message.Contains("load-1"));
        Assert.That((string?)(await service.GetAsync("api/devices/load-1"))["state"]!["location"], Is.EqualTo("Hall"));
    }

    [Test]
    public async Task Simulate_WithoutAGateway_SaysWhatItWaitsFor()
    {
        var options = SimulateCommand.Read(["--url", "http://127.0.0.1:1", "--scanners", "1"]);
        var load = new EnrollmentLoad(options, TimeProvider.System, s_noLog);
        using var stop = new CancellationTokenSource();
        var running = load.RunAsync(stop.Token);
        await Eventually.HoldsAsync(() => load.Report.Line(TimeSpan.Zero).Contains("waiting: http://127.0.0.1:1/ does not answer"), "the reason");
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<string> EnrollAsync(GatewayFixture service, string person)
    {
        await Eventually.HoldsAsync(async () => (bool?)(await service.GetAsync("api/devices/sim-1"))["state"]!["online"] == true, "sim-1 online");
        return (string)(await service.PostAsync("api/enrollments", new { device = "sim-1", person, start = "now" }))["id"]!;
    }

    private static Task StateAsync(GatewayFixture service, string enrollment, string state) =>
        Eventually.HoldsAsync(async () => (string?)(await service.GetAsync($"api/enrollments/{enrollment}"))["state"]!["state"] == state, state);

    private static async Task AssertNothingIsLeftAsync(GatewayFixture service)
    {
        Assert.That((await service.GetAsync("api/devices"))["items"]!.AsArray(), Is.Empty);
        Assert.That((await service.GetAsync("api/people"))["items"]!.AsArray(), Is.Empty);
    }

    private static async Task<int> FingersAsync(GatewayFixture service)
    {
        using var answer = await service.Http.GetAsync("api/devices/load-1/slots");
        var items = answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["items"]!.AsArray() : [];
        return items.Count(item => item!["at"] is not null);
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/#token=\S+", RegexOptions.None, 1000)]
    private static partial Regex SignInLink();
}
