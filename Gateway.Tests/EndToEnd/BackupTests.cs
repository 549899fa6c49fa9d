using System.Net;

namespace Gateway.Tests.EndToEnd;

/// <summary>A backup of the service as it runs, and its restore, as an administrator does it.</summary>
[Category("Slow")]
public sealed class BackupTests
{
    [Test]
    public async Task Backup_OfARunningService_RestoresWhatWasAcknowledged()
    {
        using var folder = new SomeFolder();
        var file = folder.In("today.db");
        string epoch;
        await using (var service = await GatewayFixture.StartAsync(folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken))
        {
            await service.PostAsync("api/devices", new { id = "desk-1" });
            using var response = await service.Http.GetAsync("api/backup");
            Assert.That(response.Content.Headers.ContentDisposition?.FileName, Does.Match(@"^gateway-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.db$"));
            await File.WriteAllBytesAsync(file, await response.Content.ReadAsByteArrayAsync());
            await service.PostAsync("api/devices", new { id = "desk-2" });
            epoch = (string)(await service.GetAsync("api/devices/desk-1"))["epoch"]!;

            var (beside, said) = await GatewayFixture.RunToEndAsync(folder.Path, "backup", folder.In("beside.db"), "--Data:Path", folder.Path);
            Assert.That(beside, Is.Zero, said);
            var (refused, why) = await GatewayFixture.RunToEndAsync(folder.Path, "restore", file, "--Data:Path", folder.Path);
            Assert.That(refused, Is.EqualTo(1));
            Assert.That(why, Does.Contain("in use by another gateway"));
            Assert.That(Directory.GetFiles(folder.Path, "sending-backup-*"), Is.Empty, "nothing is left behind");
            await service.TerminateAsync();
        }

        var (code, output) = await GatewayFixture.RunToEndAsync(folder.Path, "restore", file, "--Data:Path", folder.Path);
        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain("new epoch"));
        await using var again = await GatewayFixture.StartAsync(folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
        Assert.That((string)(await again.GetAsync("api/devices/desk-1"))["epoch"]!, Is.Not.EqualTo(epoch));
        using var unknown = await again.Http.GetAsync("api/devices/desk-2");
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Backup_RestoredOnAnotherMachine_KnowsEverybody_AndSaysWhatHasToBeMadeAnew()
    {
        using var folder = new SomeFolder();
        var (here, there, file) = (folder.In("here"), folder.In("there"), folder.In("today.db"));
        string scanner, key;
        await using (var service = await GatewayFixture.StartAsync(here, "--Access:AdminToken", GatewayFixture.AdminToken))
        {
            scanner = (string)(await service.PostAsync("api/devices", new { id = "desk-1" }))["secret"]!;
            key = (string)(await service.PostAsync("api/keys", new { name = "k", scopes = new[] { "devices:read" } }))["secret"]!;
            await service.PostAsync("api/webhooks", new { url = "http://127.0.0.1:9/" });
            await File.WriteAllBytesAsync(file, await service.Http.GetByteArrayAsync("api/backup"));
        }

        var (code, output) = await GatewayFixture.RunToEndAsync(there, "restore", file, "--Data:Path", there);
        Assert.That((code, output), Is.EqualTo((0, output)));
        Assert.That(output, Does.Contain("Webhooks have to be made anew, unless secrets.key"));

        await using var other = await GatewayFixture.StartAsync(there, "--Access:AdminToken", GatewayFixture.AdminToken);
        using var program = new HttpClient { BaseAddress = other.Page, DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
        Assert.That((await program.GetAsync("api/devices")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var said = await new ScannerByHand(() => other.MqttPort, "desk-1", "-u", "desk-1", "-P", scanner).StatusAsync();
        Assert.That(said, Does.Contain("RC:0"));
        await Eventually.HoldsAsync(
            async () => (await other.GetAsync("api/webhooks"))["items"]![0]!["failing"] is { } failing && $"{failing["error"]}".Contains("secret"),
            "the webhook to say what it lacks");
    }

    [Test]
    public async Task Backup_WithoutCredentials_Is401()
    {
        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAsync(folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
        using var stranger = new HttpClient { BaseAddress = service.Page };
        using var response = await stranger.GetAsync("api/backup");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }
}
