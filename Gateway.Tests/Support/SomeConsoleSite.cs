using System.Net.Http.Json;
using Gateway.Tests.Contract;

namespace Gateway.Tests.Support;

/// <summary>A service with something on every page of the console.</summary>
internal sealed class SomeConsoleSite : IAsyncDisposable
{
    public static readonly string[] Places =
    [
        "overview", "scanners", "scanners/sim-1", "enrollments", "people", "people/forgotten", "checkins", "rooms", "jobs", "quarantine",
        "connections", "firmware", "access", "webhooks", "audit", "system", "more", "enrollments/unknown", "scanners/unknown",
        "jobs/import", "jobs/export", "jobs/unknown", "people/Ada%20Lovelace", "people/unknown", "nowhere",
    ];

    private readonly SomeFolder _folder;

    private SomeConsoleSite(SomeFolder folder, GatewayFixture service, string[] own) => (_folder, Service, Own) = (folder, service, own);

    public GatewayFixture Service { get; }

    /// <summary>The pages of one enrollment, one webhook, and one room with who got a message.</summary>
    public string[] Own { get; }

    public static async Task<SomeConsoleSite> OpenAsync()
    {
        var folder = new SomeFolder();
        var service = await GatewayFixture.StartAsync(folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken, "--Simulate:Scanners", "3");
        await Eventually.HoldsAsync(
            async () => (await service.GetAsync("api/devices"))["items"]!.AsArray().Count(item => (bool)item!["online"]!) == 3, "the scanners are there");
        var enrollment = (string)(await service.PostAsync("api/enrollments", new { device = "sim-1", person = "Ada Lovelace", start = "now" }))["id"]!;
        var room = (string)(await service.PostAsync("api/rooms", new { name = "Help at the entrance", participants = new[] { new { user = "otto" } } }))["id"]!;
        var said = await service.PostAsync($"api/rooms/{room}/messages", new { data = new { text = "The scanner does not see my finger." } });
        await service.PostAsync("api/devices", new { id = "door-with-a-rather-long-name-31", location = "Behind the second door on the left, ground floor" });
        await service.PostAsync("api/jobs", new { id = "import", name = "Nightly import", total = 10 });
        await service.PostAsync("api/jobs", new { id = "long", name = new string('W', 100), total = 10 });
        await service.PostAsync("api/jobs/import/events", new { type = "progress", done = 4, message = "4 of 10" });
        await service.PostAsync("api/jobs", new { id = "export", name = "Export of attendance", @ref = "2026-11", total = 3, stalledAfter = 60 });
        await service.PostAsync("api/jobs/export/events", new { type = "progress", done = 2, message = "November" });
        await service.PostAsync("api/jobs/export/events", new { type = "progress", done = 1, message = "October" });
        await service.PostAsync("api/jobs/export/events", new { type = "error", message = "No space left on device: /srv/export/2026-11.csv" });
        await service.PostAsync("api/checkins", new { site = "main", person = "Ada Lovelace", direction = "in" });
        await service.Http.PutAsJsonAsync("api/people/Zoe", new { });
        (await service.Http.DeleteAsync("api/people/Zoe")).EnsureSuccessStatusCode();
        await service.PostAsync("api/users", new { name = "otto", role = "operator", password = "long enough" });
        await service.PostAsync("api/keys", new { name = "importer", scopes = new[] { "jobs" } });
        var webhook = (string)(await service.PostAsync("api/webhooks", new { url = "http://127.0.0.1:9/hook" }))["id"]!;
        var firmware = ApiDocument.Operations.Single(operation => operation.ToString() == "POST /api/firmware").Examples.First().Value;
        var version = (string)(await service.PostAsync("api/firmware", firmware))["version"]!;
        using var aimed = await service.Http.PutAsJsonAsync("api/devices/sim-2/firmware", new { version });
        await Mosquitto.PublishAsync(service.MqttPort, "scanners/sim-1/identifications", "{", "-u", "admin", "-P", GatewayFixture.AdminToken);
        return new(folder, service, [$"enrollments/{enrollment}", $"webhooks/{webhook}", $"rooms/{room}?message={said["id"]}"]);
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        _folder.Dispose();
    }
}
