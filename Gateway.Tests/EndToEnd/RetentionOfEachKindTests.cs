namespace Gateway.Tests.EndToEnd;

/// <summary>Every kind of history has a setting, and it does what it says.</summary>
[Category("Slow")]
public sealed class RetentionOfEachKindTests() : ServiceTest([.. Anonymous, "--Retention:Interval", "00:00:01", .. Rules])
{
    private static readonly string[] Kinds = ["enrollments", "devices", "jobs", "checkins", "rooms", "audit"];

    private static IEnumerable<string> Rules => new[] { "Enrollments", "Devices", "Jobs", "CheckIns", "Rooms", "Audit" }
        .SelectMany(kind => new[] { $"--Retention:{kind}", "2" });

    [Test]
    public async Task History_BeyondItsSetting_Goes_OfEveryKind()
    {
        await Service.PostAsync("api/rooms", new { name = "Deck" });
        var scanner = new ScannerByHand(() => Service.MqttPort, "lab-1");
        for (var i = 0; i < 4; i++)
        {
            await scanner.StatusAsync(sensor: i % 2 == 0 ? "ok" : "missing");
            await Service.PostAsync("api/checkins", new { site = "main", person = $"p{i}" });
            await Service.PostAsync("api/jobs", new { id = $"job-{i}", name = "x" });
            await Service.PostAsync($"api/jobs/job-{i}/events", new { type = "complete" });
            var room = await Service.GetAsync("api/rooms");
            await Service.PostAsync($"api/rooms/{room["items"]![0]!["id"]}/messages", new { data = new { i } });
        }

        await scanner.StatusAsync();
        var enrollment = (await Service.PostAsync("api/enrollments", new { device = "lab-1", person = "Ada" }))["id"];
        using var cancelled = await Service.Http.DeleteAsync($"api/enrollments/{enrollment}");
        await Service.PostAsync("api/enrollments", new { device = "lab-1", person = "Bob" });
        foreach (var kind in Kinds)
        {
            // What has not ended is kept besides.
            await Eventually.HoldsAsync(
                async () => (await Service.GetAsync($"api/{kind}/events?limit=1000"))["events"]!.AsArray().Count <= 3, $"old {kind} go");
        }
    }
}
