using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Tests.EndToEnd;

/// <summary>Firmware from its upload to what a scanner says of it, with the requests that the firmware's own updater makes.</summary>
[Category("Slow")]
public sealed class FirmwareTests
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private SomeFolder _folder = null!;
    private GatewayFixture _service = null!;
    private string _secret = "";
    private string[] _credentials = [];
    private int _messages;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new();
        Directory.CreateDirectory(_folder.Path);
        await File.WriteAllTextAsync(_folder.In("update.pem"), _key.ExportSubjectPublicKeyInfoPem());
        _service = await GatewayFixture.StartAsync(
            _folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken, "--Firmware:PublicKey", _folder.In("update.pem"));
        await _service.PostAsync("api/devices", new { id = "door-2" });
        _secret = (string)(await _service.PostAsync("api/devices", new { id = "door-1" }))["secret"]!;
        _credentials = ["-u", "door-1", "-P", _secret];
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
        _key.Dispose();
    }

    [Test]
    public async Task Firmware_FromUploadToSuccess_IsOfferedToItsScannerAlone()
    {
        var image = RandomNumberGenerator.GetBytes(100_000);
        await _service.PostAsync("api/firmware", Upload("1.1.0", 2, image));
        Assert.That((await FetchAsync("manifest.json")).Status, Is.EqualTo(HttpStatusCode.NotFound), "nobody has said so");

        await using (var first = await BornAsync("1.0.0"))
        {
            await AimAsync("1.1.0");
            Assert.That(await OutcomeAsync(), Is.EqualTo("waiting"));
            var manifest = JsonNode.Parse((await FetchAsync("manifest.json")).Body)!;
            Assert.That(manifest.AsObject().Select(field => field.Key), Is.EquivalentTo(new[] { "version", "counter", "size", "sha256", "file", "signature" }));
            Assert.That(await OutcomeAsync(), Is.EqualTo("offered"));
            Assert.That((await FetchAsync("scanner-1.1.0.bin")).Body, Is.EqualTo(image));
            Assert.That(await OutcomeAsync(), Is.EqualTo("taken"));
            Assert.That((await FetchAsync("../gateway.db")).Status, Is.EqualTo(HttpStatusCode.NotFound));
        }

        await using var second = await BornAsync("1.1.0");
        await Eventually.HoldsAsync(async () => await OutcomeAsync() == "succeeded", "succeeded");
        Assert.That((await FetchAsync("manifest.json")).Status, Is.EqualTo(HttpStatusCode.NotFound), "it runs it");
    }

    [Test]
    public async Task Scanner_ThatComesBackWithAnother_HasRolledBack_AndIsLeftAlone()
    {
        await _service.PostAsync("api/firmware", Upload("3.0.0", 30, [1, 2, 3]));
        await using (var first = await BornAsync("2.9.0"))
        {
            await AimAsync("3.0.0");
            await FetchAsync("manifest.json");
            await FetchAsync("scanner-3.0.0.bin");
        }

        await using (var trial = await BornAsync("3.0.0"))
        {
            await Eventually.HoldsAsync(async () => await OutcomeAsync() == "succeeded", "it said that it runs it");
        }

        await using var back = await BornAsync("2.9.0");
        await Eventually.HoldsAsync(async () => await OutcomeAsync() == "rolled_back", "rolled back");
        Assert.That((await FetchAsync("manifest.json")).Status, Is.EqualTo(HttpStatusCode.NotFound), "not a second time");
        await AimAsync("3.0.0");
        Assert.That((await FetchAsync("manifest.json")).Status, Is.EqualTo(HttpStatusCode.OK), "unless somebody says so");
    }

    [Test]
    public async Task Upload_ThatIsNotWhatItSays_IsRefusedByItsField_AndChangesNothing()
    {
        byte[] image = [7, 8, 9];
        await _service.PostAsync("api/firmware", Upload("5.0.0", 50, image));
        var before = (await _service.GetAsync("api/firmware"))["items"]!.ToJsonString();

        await RefusedAsync(Upload("5.1.0", 51, image, manifest => manifest["counter"] = 52), "signature");
        await RefusedAsync(Upload("5.1.0", 51, image, manifest => manifest["signature"] = "3006020101020101"), "signature");
        await RefusedAsync(Upload("5.1.0", 51, image, manifest => manifest["size"] = 4), "size");
        await RefusedAsync(Upload("5.1.0", 51, image, manifest => manifest["sha256"] = new string('0', 64)), "sha256");
        await RefusedAsync(Upload("5.1.0", 51, image, manifest => manifest["file"] = "../secret"), "file");
        await RefusedAsync(Upload("5.1.0", 51, image, manifest => manifest["file"] = "Manifest.JSON"), "file");
        await RefusedAsync(Upload("5.1.0", 51, image, manifest => manifest["file"] = "."), "file");
        await RefusedAsync(Upload(".", 51, image), "version");
        await RefusedAsync(Upload("../5", 51, image), "version");
        await RefusedAsync(Upload("5.1.0", 51, []), "image");
        await RefusedAsync(Upload("5.1.0", 51, new byte[0x180001]), "image");
        await _service.PostAsync("api/firmware", Upload("5.0.0", 50, [9, 9]), HttpStatusCode.Conflict);
        var namesake = await _service.PostAsync("api/firmware", Upload("5.1.0", 51, [9, 9], file: "scanner-5.0.0.bin"), HttpStatusCode.Conflict);
        Assert.That((string?)namesake["field"], Is.EqualTo("file"), "who read the one's manifest would get the other's image");
        await _service.PostAsync("api/firmware", Upload("5.1.0", 51, new byte[0x200000]), HttpStatusCode.RequestEntityTooLarge);
        Assert.That((await _service.GetAsync("api/firmware"))["items"]!.ToJsonString(), Is.EqualTo(before));
        await _service.PostAsync("api/firmware", Upload("5.9.0", 59, new byte[0x180000]));
    }

    [Test]
    public async Task Offer_WithoutTheScannersSecret_IsNobodys()
    {
        foreach (var (name, secret) in new[] { ("door-1", "wrong"), ("door-2", _secret), ("", ""), ("admin", GatewayFixture.AdminToken) })
        {
            Assert.That((await FetchAsync("manifest.json", name, secret)).Status, Is.EqualTo(HttpStatusCode.Unauthorized), name);
        }

        using var nobody = new HttpClient { BaseAddress = _service.Page };
        using var answer = await nobody.GetAsync("firmware/manifest.json");
        Assert.That((answer.StatusCode, answer.Headers.WwwAuthenticate.Single().Scheme), Is.EqualTo((HttpStatusCode.Unauthorized, "Basic")));
    }

    [Test]
    public async Task Scanner_IsNotSentBack()
    {
        await _service.PostAsync("api/firmware", Upload("6.0.0", 60, [6]));
        await _service.PostAsync("api/firmware", Upload("6.1.0", 61, [6, 1]));
        await _service.PostAsync("api/firmware", Upload("6.1.1", 61, [6, 1, 1]));
        await using var running = await BornAsync("6.1.0");
        foreach (var version in new[] { "6.0.0", "6.1.1" })
        {
            using var refused = await _service.Http.PutAsJsonAsync("api/devices/door-1/firmware", new { version });
            Assert.That((string?)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["code"], Is.EqualTo("not_newer"), version);
        }
    }

    [Test]
    public async Task Upload_OfTheSameVersionByMany_IsOneFirmware_OfOneOfThem()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _service.Http.PostAsJsonAsync("api/firmware", Upload("7.0.0", 70, [7, (byte)i]))));

        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.Created), Is.EqualTo(1));
        Assert.That(answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict), Is.EqualTo(5));
    }

    [Test]
    public async Task Firmware_ThatAScannerIsToRun_IsNotTakenFromUnderIt()
    {
        await _service.PostAsync("api/firmware", Upload("8.0.0", 80, [8]));
        await AimAsync("8.0.0");
        using var refused = await _service.Http.DeleteAsync("api/firmware/8.0.0");
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        using var takenBack = await _service.Http.PutAsJsonAsync("api/devices/door-1/firmware", new { });
        using var removed = await _service.Http.DeleteAsync("api/firmware/8.0.0");
        Assert.That((takenBack.StatusCode, removed.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.NoContent)));
    }

    private JsonObject Upload(string version, int counter, byte[] image, Action<JsonObject>? spoil = null, string? file = null)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(image));
        file ??= $"scanner-{version}.bin";
        var text = $"scanner-firmware\n{version}\n{counter}\n{image.Length}\n{sha256}\n{file}\n";
        var signature = _key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var manifest = new JsonObject
        {
            ["version"] = version,
            ["counter"] = counter,
            ["size"] = image.Length,
            ["sha256"] = sha256,
            ["file"] = file,
            ["signature"] = Convert.ToHexStringLower(signature),
        };
        spoil?.Invoke(manifest);
        return new() { ["manifest"] = manifest, ["image"] = Convert.ToBase64String(image) };
    }

    private async Task RefusedAsync(JsonObject upload, string field) =>
        Assert.That((string?)(await _service.PostAsync("api/firmware", upload, HttpStatusCode.BadRequest))["field"], Is.EqualTo(field));

    private async Task AimAsync(string version)
    {
        using var answer = await _service.Http.PutAsJsonAsync("api/devices/door-1/firmware", new { version });
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
    }

    private async Task<string?> OutcomeAsync()
    {
        var devices = (await _service.GetAsync("api/firmware"))["devices"]!.AsArray();
        return (string?)devices.Single(one => (string?)one!["device"] == "door-1")!["outcome"];
    }

    /// <summary>A connection of the scanner, and its birth on another.</summary>
    private async Task<Mosquitto.Listener> BornAsync(string firmware)
    {
        await Eventually.HoldsAsync(async () => !await IsOnlineAsync(), "the one before is gone");
        var listener = Mosquitto.Listen(_service.MqttPort, "scanners/door-1/commands", _credentials);
        await Eventually.HoldsAsync(IsOnlineAsync, "online");
        var status = new { id = $"7-{++_messages}", state = "online", firmware };
        await Mosquitto.PublishAsync(_service.MqttPort, "scanners/door-1/status", System.Text.Json.JsonSerializer.Serialize(status), _credentials);
        return listener;
    }

    private async Task<bool> IsOnlineAsync() => (bool)(await _service.GetAsync("api/devices/door-1"))["state"]!["online"]!;

    private Task<(HttpStatusCode Status, byte[] Body)> FetchAsync(string file) => FetchAsync(file, "door-1", _secret);

    private async Task<(HttpStatusCode Status, byte[] Body)> FetchAsync(string file, string name, string secret)
    {
        using var scanner = new HttpClient { BaseAddress = _service.Page };
        scanner.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}")));
        using var answer = await scanner.GetAsync($"firmware/{Uri.EscapeDataString(file)}");
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }
}
