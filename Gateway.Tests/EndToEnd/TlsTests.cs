using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Contract;
using Gateway.Simulation;

namespace Gateway.Tests.EndToEnd;

/// <summary>TLS on every protocol from one certificate, with clients that we did not write.</summary>
[Category("Slow")]
public sealed class TlsTests : FolderTest
{
    private SomeCertificates _certificates = null!;
    private GatewayFixture _service = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _certificates = await SomeCertificates.MakeAsync(Folder.In("certificates"));
        _service = await StartAsync([]);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
    }

    [TestCase]
    [TestCase("-V", "mqttv5")]
    public async Task Mqtt_OverTls_IsServedToWhoPinsTheAuthority(params string[] version)
    {
        Assert.That(await PublishAsync(_certificates, version), Does.Not.Contain("Error"));
        var stranger = await SomeCertificates.MakeAsync(Folder.In("another"));
        Assert.That(await PublishAsync(stranger, version), Does.Contain("certificate verify failed").Or.Contain("TLS error"));
    }

    [Test]
    public async Task Https_WithTheAuthority_ServesPageAndApi()
    {
        var page = await _certificates.CurlAsync($"https://localhost:{_service.HttpsPort}/");
        var api = await _certificates.CurlAsync(
            "-H", $"Authorization: Bearer {GatewayFixture.AdminToken}", $"https://127.0.0.1:{_service.HttpsPort}/api/devices");

        Assert.That(page, Does.StartWith("HTTP/1.1 200").And.Contain("Strict-Transport-Security: max-age=").And.Not.Contain("Server:"));
        Assert.That(api, Does.StartWith("HTTP/1.1 200"));
        Assert.That(
            await _certificates.CurlAsync("--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", $"https://localhost:{_service.HttpsPort}/"),
            Does.StartWith("curl 35"));
    }

    [Test]
    public void Simulate_WithoutTheAuthority_EndsAndSaysWhatIsMissing() => Assert.That(
        async () => await SimulateCommand.RunAsync(["--url", $"https://localhost:{_service.HttpsPort}", "--scanners", "1"], TextWriter.Null),
        Throws.InstanceOf<SettingException>().With.Message.Contains("certificate").And.Message.Contains("SSL_CERT_FILE"));

    [Test]
    public async Task Wss_ServesChannelsAndMqtt()
    {
        foreach (var path in new[] { "ws", "mqtt" })
        {
            using var socket = new ClientWebSocket();
            socket.Options.AddSubProtocol("mqtt");
            socket.Options.RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.RemoteCertificateChainErrors;
            await socket.ConnectAsync(new($"wss://localhost:{_service.HttpsPort}/{path}"), new CancellationTokenSource(TimeSpan.FromSeconds(15)).Token);
            Assert.That(socket.State, Is.EqualTo(WebSocketState.Open), path);
        }
    }

    [Test]
    public async Task Page_WithoutTls_IsSentToIt_AndTheApiIsNot()
    {
        var page = await _certificates.CurlAsync($"http://localhost:{_service.HttpPort}/kiosk/?scanner=a%20b");
        var post = await _certificates.CurlAsync("-X", "POST", $"http://localhost:{_service.HttpPort}/");
        var api = await _certificates.CurlAsync($"http://localhost:{_service.HttpPort}/api/devices");
        var health = await _certificates.CurlAsync($"http://localhost:{_service.HttpPort}/healthz");

        Assert.That(page, Does.StartWith("HTTP/1.1 307").And.Contain($"Location: https://localhost:{_service.HttpsPort}/kiosk/?scanner=a%20b"));
        Assert.That((post[..12], api[..12], health[..12]), Is.EqualTo(("HTTP/1.1 404", "HTTP/1.1 401", "HTTP/1.1 200")));
    }

    [Test]
    public async Task Session_UnderTls_HasACookieBoundToTheHost()
    {
        string[] signIn = ["-H", "Content-Type: application/json", "-d", $$"""{"token":"{{GatewayFixture.AdminToken}}"}"""];
        var secure = await _certificates.CurlAsync([.. signIn, $"https://localhost:{_service.HttpsPort}/api/sign-in"]);
        var plain = await _certificates.CurlAsync([.. signIn, $"http://localhost:{_service.HttpPort}/api/sign-in"]);

        Assert.That(secure, Does.Match("Set-Cookie: __Host-gateway-session=[^;]+; max-age=\\d+; path=/; secure; samesite=strict; httponly").IgnoreCase);
        Assert.That(plain, Does.Match("Set-Cookie: gateway-session=[^;]+; max-age=\\d+; path=/; samesite=strict; httponly").IgnoreCase);
    }

    [Test]
    public async Task Certificate_Replaced_IsShownToTheNextClient_ABrokenOneIsNot()
    {
        var first = await ShownAsync();
        await File.WriteAllTextAsync(_certificates.Server, "-----BEGIN CERTIFICATE-----\nbroken");
        await Eventually.HoldsAsync(
            async () => await ShownAsync() == first && _service.Output.Contains("cannot be used, the certificate before it stays"), "the broken one refused");

        await SomeCertificates.MakeAsync(Folder.In("certificates"));
        await Eventually.HoldsAsync(async () => await ShownAsync() != first, "the new one shown");
        Assert.That(await _certificates.CurlAsync($"https://localhost:{_service.HttpsPort}/healthz"), Does.StartWith("HTTP/1.1 200"));
    }

    [Test]
    public async Task Certificate_ReplacedAgainAndAgain_FailsNoHandshake()
    {
        using var done = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var handshakes = 0;
            for (; !done.IsCancellationRequested; handshakes++)
            {
                await ShownAsync();
            }

            return handshakes;
        })).ToList();
        for (var i = 0; i < 3; i++)
        {
            var before = await ShownAsync();
            await SomeCertificates.MakeAsync(Folder.In("certificates"));
            await Eventually.HoldsAsync(async () => await ShownAsync() != before, "the next one shown");
        }

        await done.CancelAsync();
        Assert.That(await Task.WhenAll(clients), Has.All.GreaterThan(0));
    }

    [Test]
    public async Task Certificate_ThatIsExpired_IsToldInTheLog_AndNoClientTrustsIt_UntilItIsRenewed()
    {
        var good = (await File.ReadAllTextAsync(_certificates.Server), await File.ReadAllTextAsync(_certificates.Key));
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        using (var expired = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(-1)))
        {
            await File.WriteAllTextAsync(_certificates.Key, key.ExportPkcs8PrivateKeyPem());
            await File.WriteAllTextAsync(_certificates.Server, expired.ExportCertificatePem());
        }

        await Eventually.HoldsAsync(async () => await HealthAsync() == "curl 60:", "a client that trusts it no more");
        Assert.That(await PublishAsync(_certificates, []), Does.Contain("certificate").IgnoreCase.Or.Contain("TLS").IgnoreCase);
        await Eventually.HoldsAsync(() => _service.Output.Contains("has expired on"), "the line in the log");

        await File.WriteAllTextAsync(_certificates.Key, good.Item2);
        await File.WriteAllTextAsync(_certificates.Server, good.Item1);
        await Eventually.HoldsAsync(async () => await HealthAsync() == "HTTP/1.1", "the renewed one");
    }

    [Test]
    public async Task Certificate_WithTheKeyOfAnother_StopsTheStart_AndSaysSo()
    {
        var other = await SomeCertificates.MakeAsync(Folder.In("others"));
        var (code, output) = await GatewayFixture.RunToEndAsync(
            Folder.In("wrong-key"), "--Mqtt:Port", "0", "--Http:Port", "0", "--Tls:Certificate", _certificates.Server, "--Tls:Key", other.Key);

        Assert.That((code, output), Is.EqualTo((1, output)));
        Assert.That(output, Does.StartWith("Tls:").And.Contain("cannot be used: ").And.Not.Contain("   at "));
    }

    [Test]
    public async Task PlainPorts_SwitchedOff_LeaveTlsAlone()
    {
        await using var closed = await StartAsync(["--Mqtt:Port", "-1", "--Http:Port", "-1", "--Mqtt:TlsPort", "0", "--Http:TlsPort", "0"]);

        Assert.That((closed.MqttPort, closed.HttpPort), Is.EqualTo((0, 0)));
        Assert.That(await _certificates.CurlAsync($"https://localhost:{closed.HttpsPort}/"), Does.StartWith("HTTP/1.1 200"));
        await Eventually.HoldsAsync(() => closed.Output.Contains($"Kiosk page  https://127.0.0.1:{closed.HttpsPort}/"), "the welcome");
    }

    [Test]
    public async Task Handshake_ThatDoesNotBegin_IsEnded()
    {
        using var silent = new TcpClient("127.0.0.1", _service.MqttsPort);
        await silent.GetStream().WriteAsync(new byte[] { 0x16, 3, 1 });
        var read = await silent.GetStream().ReadAsync(new byte[1], new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);

        Assert.That(read, Is.Zero);
    }

    [Test]
    public async Task Pfx_WithItsPassword_Serves()
    {
        var pfx = Folder.In("server.pfx");
        using (var certificate = X509Certificate2.CreateFromPemFile(_certificates.Server, _certificates.Key))
        {
            await File.WriteAllBytesAsync(pfx, certificate.Export(X509ContentType.Pfx, "hush"));
        }

        await using var service = await GatewayFixture.StartAsync(
            Folder.In("pfx-data"), "--Tls:Certificate", pfx, "--Tls:Password", "hush", "--Access:AdminToken", GatewayFixture.AdminToken);
        var broker = (await service.PostAsync("api/devices", new { id = "desk-1" }))["broker"]!;
        Assert.That(((int)broker["port"]!, (bool)broker["tls"]!), Is.EqualTo((service.MqttsPort, true)), "what a new scanner is told");
        Assert.That(await _certificates.CurlAsync($"https://localhost:{service.HttpsPort}/healthz"), Does.StartWith("HTTP/1.1 200"));

        var (code, output) = await GatewayFixture.RunToEndAsync(
            Folder.In("pfx-data-2"), "--Mqtt:Port", "0", "--Http:Port", "0", "--Tls:Certificate", pfx, "--Tls:Password", "wrong-word");
        Assert.That((code, output), Is.EqualTo((1, output)));
        Assert.That(output, Does.StartWith("Tls:Certificate: cannot be used: ").And.Not.Contain("   at ").And.Not.Contain("wrong-word"));
    }

    /// <summary>How the answer to a client that trusts the authority begins.</summary>
    private async Task<string> HealthAsync() => (await _certificates.CurlAsync($"https://localhost:{_service.HttpsPort}/healthz"))[..8];

    private Task<GatewayFixture> StartAsync(string[] arguments) => GatewayFixture.StartAsync(
        Folder.In($"data-{Guid.NewGuid():n}"), ["--Access:AdminToken", GatewayFixture.AdminToken, .. _certificates.Settings, .. arguments]);

    private Task<string> PublishAsync(SomeCertificates trusted, string[] more) => Mosquitto.PublishAsync(
        _service.MqttsPort, "some/topic", "x", ["--cafile", trusted.Authority, "-u", "admin", "-P", GatewayFixture.AdminToken, .. more]);

    /// <summary>The serial number of the certificate that a client gets to see.</summary>
    private async Task<string> ShownAsync()
    {
        using var client = new TcpClient("127.0.0.1", _service.HttpsPort);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new()
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, _, _, errors) => errors == SslPolicyErrors.RemoteCertificateChainErrors,
            },
            new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        return tls.RemoteCertificate!.GetSerialNumberString();
    }
}
