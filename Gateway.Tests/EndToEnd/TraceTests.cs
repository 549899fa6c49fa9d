using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>Type in an enrollment and see where each scan went: over HTTP, on the command line, and when the service is not there any more.</summary>
public sealed class TraceTests : ScannerTest
{
    private string _enrollment = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _enrollment = (string)(await Service.PostAsync("api/enrollments", new { device = "lab-1", person = "Ada" }))["id"]!;
    }

    [Test]
    public async Task Trace_TellsEachHop_AndWhereItStopped()
    {
        await using var page = await ManualPage.OpenAsync(Service);
        await page.SubscribeAsync($"enrollments/{_enrollment}");
        await Scanner.ScanAsync(_enrollment, 1);
        await page.NextAsync("event");
        await page.NextAsync("event");
        await page.SendAsync(new { op = "ack", channel = $"enrollments/{_enrollment}", seq = 3 });
        await Scanner.ScanAsync(_enrollment, 2, slot: 9);

        JsonNode trace = null!;
        await Eventually.HoldsAsync(
            async () => (trace = await Service.GetAsync($"api/enrollments/{_enrollment}/trace"))["scans"]![0]!["pages"]![0]!["acknowledged"] is not null,
            "the page's acknowledgement is in the trace");
        var scan = trace["scans"]![0]!;
        string[] hops = [(string)scan["device"]!, (string)scan["received"]!, (string)scan["durable"]!];
        Assert.That(hops, Is.EqualTo(hops.Order(StringComparer.Ordinal)), "times rise along the way");
        Assert.That(scan.AsObject().ContainsKey("stopped"), Is.False);
        var second = trace["scans"]![1]!.AsObject();
        Assert.That(second.ContainsKey("received") && second["received"] is null, Is.True);
        Assert.That((string?)second["stopped"], Does.StartWith("quarantined at ").And.Contain("slot 9"));
        Assert.That((string?)trace["explanation"], Does.StartWith("1 of 3 scans are on disk; step 2: quarantined"));
    }

    [Test, Category("Slow")]
    public async Task Trace_KnowsThePages_AfterARestart_AndFromTheFolderOfAKilledService()
    {
        await using (var page = await ManualPage.OpenAsync(Service))
        {
            await page.SendAsync(new { op = "subscribe", id = 1, channel = $"enrollments/{_enrollment}", client = "kiosk" });
            await page.NextAsync("subscribed");
            await Scanner.ScanAsync(_enrollment, 1);
            await page.NextAsync("event");
            await page.NextAsync("event");
            await page.SendAsync(new { op = "ack", channel = $"enrollments/{_enrollment}", seq = 3 });
            await Eventually.HoldsAsync(
                async () => (await Service.GetAsync($"api/enrollments/{_enrollment}/receipts")).ToJsonString().Contains("\"acknowledged\":\""),
                "the page has acknowledged");
        }

        await Service.TerminateAsync();
        await StartAgainAsync();
        var pages = (await Service.GetAsync($"api/enrollments/{_enrollment}/trace"))["scans"]![0]!["pages"]!.AsArray();
        Assert.That(pages.Select(page => ((string?)page!["subscriber"], page["acknowledged"] is not null)), Is.EqualTo(new[] { ((string?)"kiosk", true) }));

        await Scanner.StatusAsync();
        await Scanner.ScanAsync(_enrollment, 2);
        await Service.KillAsync();
        var (code, kept) = await TraceAsync(_enrollment);
        Assert.That(code, Is.Zero);
        Assert.That(kept, Does.Contain("page kiosk: sent ").And.Contain("→ acknowledged ").And.Contain("scan 2  device "), "what was acknowledged is there");
    }

    [Test]
    public async Task Trace_OfAStepThatCameEarly_TellsWhenItWasStored_BeforeAndAfterItIsShown()
    {
        await Scanner.ScanAsync(_enrollment, 2);
        var held = (await Service.GetAsync($"api/enrollments/{_enrollment}/trace"))["scans"]![1]!;
        await Scanner.ScanAsync(_enrollment, 1);
        var shown = (await Service.GetAsync($"api/enrollments/{_enrollment}/trace"))["scans"]![1]!;

        Assert.That((string?)held["stopped"], Does.StartWith("it came before step 1"));
        Assert.That(held["durable"], Is.Not.Null);
        Assert.That((string?)shown["durable"], Is.EqualTo((string?)held["durable"]));
    }

    [Test]
    public async Task Trace_LeavesOutWhoOnlyLooked()
    {
        await Scanner.ScanAsync(_enrollment, 1);
        await Service.GetAsync($"api/enrollments/{_enrollment}/events");
        var trace = await Service.GetAsync($"api/enrollments/{_enrollment}/trace");

        Assert.That(trace["scans"]![0]!["pages"]!.AsArray(), Is.Empty);
        Assert.That((string?)trace["explanation"], Does.EndWith("No page has followed it."));
    }

    [Test]
    public async Task Trace_ShowsWhoWaitedWithoutAName_AndBlamesItForNothing()
    {
        var waiting = Service.GetAsync($"api/enrollments/{_enrollment}/events?since=1&epoch={await EpochAsync()}&wait=30");
        await Eventually.HoldsAsync(async () => (await Service.GetAsync("api/connections"))["items"]!.AsArray().Count == 1, "it waits");
        await Scanner.ScanAsync(_enrollment, 1);
        await waiting;
        await Service.GetAsync($"api/enrollments/{_enrollment}/events");
        var scan = (await Service.GetAsync($"api/enrollments/{_enrollment}/trace"))["scans"]![0]!.AsObject();

        Assert.That((string?)scan["pages"]!.AsArray().Single()!["subscriber"], Is.EqualTo("http-anonymous"));
        Assert.That(scan.ContainsKey("stopped"), Is.False);
    }

    [Test]
    public async Task Command_AsksTheService_OrReadsTheFolder()
    {
        await Scanner.ScanAsync(_enrollment, 1);
        var (code, running) = await TraceAsync(_enrollment);
        Assert.That(code, Is.Zero);
        Assert.That(running, Does.Contain("scan 1  device ").And.Contain("scan 2  has not arrived").And.Not.Contain("was not asked"));

        await Service.TerminateAsync();
        (code, var kept) = await TraceAsync(_enrollment);
        Assert.That(code, Is.Zero);
        Assert.That(kept, Does.Contain("the service was not asked").And.Contain("scan 1  device ").And.Contain("No page has followed it"));
    }

    [Test, Category("Slow")]
    public async Task Unknown_IsLookedForInTheQuarantine()
    {
        await Scanner.ScanAsync("nobody-knows", 1);
        using var response = await Service.Http.GetAsync("api/enrollments/nobody-knows/trace");
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.That((string?)problem["code"], Is.EqualTo("unknown_enrollment"));
        Assert.That((string?)problem["detail"], Does.Contain("1 of its messages are in quarantine"));

        var (code, text) = await TraceAsync("nobody-knows");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(text, Does.Contain("in quarantine"));
    }

    private Task<(int ExitCode, string Output)> TraceAsync(string id) => GatewayFixture.RunToEndAsync(
        Folder.Path, "trace", id, "--Data:Path", Folder.Path, "--Http:Port", Service.HttpPort.ToString(), "--Http:Address", "127.0.0.1");

    private async Task<string> EpochAsync() => (string)(await Service.GetAsync($"api/enrollments/{_enrollment}"))["epoch"]!;
}
