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
    public async Task Backup_WithoutCredentials_Is401()
    {
        using var folder = new SomeFolder();
        await using var service = await GatewayFixture.StartAsync(folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
        using var stranger = new HttpClient { BaseAddress = service.Page };
        using var response = await stranger.GetAsync("api/backup");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }
}
