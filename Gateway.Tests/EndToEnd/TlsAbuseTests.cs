using System.Security.Cryptography;

namespace Gateway.Tests.EndToEnd;

/// <summary>What TLS refuses, on a machine whose OpenSSL would allow it, and what comes instead of a handshake.</summary>
[Category("Slow")]
public sealed class TlsAbuseTests : FolderTest
{
    private const string Everything = """
        openssl_conf = all
        [all]
        ssl_conf = ssl
        [ssl]
        system_default = lax
        [lax]
        MinProtocol = TLSv1
        CipherString = ALL:eNULL:aNULL:@SECLEVEL=0
        """;

    private SomeCertificates _certificates = null!;
    private GatewayFixture _service = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _certificates = await SomeCertificates.MakeAsync(Folder.In("certificates"));
        await File.WriteAllTextAsync(Folder.In("lax.cnf"), Everything);
        GatewayFixture.OpenSslSettings = Folder.In("lax.cnf");
        _service = await GatewayFixture.StartAsync(Folder.In("data"), ["--Access:AdminToken", GatewayFixture.AdminToken, .. _certificates.Settings]);
        GatewayFixture.OpenSslSettings = null;
    }

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task OldProtocolsAndWeakCiphers_AreRefused_OnEveryPort_WhateverTheSystemAllows()
    {
        foreach (var port in new[] { _service.MqttsPort, _service.HttpsPort })
        {
            foreach (var old in new[] { "-tls1", "-tls1_1" })
            {
                Assert.That(await ShakeAsync(port, old, "ALL"), Does.Contain("alert protocol version"), $"{old} at {port}");
            }

            foreach (var weak in new[] { "AECDH-AES256-SHA", "ECDHE-ECDSA-NULL-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-CCM8" })
            {
                Assert.That(await ShakeAsync(port, "-tls1_2", weak), Does.Contain("alert handshake failure"), $"{weak} at {port}");
            }

            Assert.That(await ShakeAsync(port, "-tls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256"), Does.Contain("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256"));
            var newest = await ShakeAsync(port, "-tls1_3", "ALL", "-alpn", "h2,http/1.1");
            Assert.That(newest, Does.Contain("Cipher is TLS_").And.Contain("ALPN protocol: http/1.1"), "HTTP/2 is not spoken");
        }
    }

    [Test]
    public async Task WhatIsNoHandshake_IsEnded_AndIsNoErrorOfOurs()
    {
        byte[][] beginnings =
        [
            [0x15, 3, 1, 0, 2, 2, 40], [0x15, 3, 3, 0, 2, 1, 0], [0x16, 3, 1, 0, 4, 0, 0, 0, 0], [0x17, 3, 3, 0, 1, 0], [0x14, 3, 3, 0, 1, 1],
            [0x16, 3, 1, 0x40, 0, 1], [0x80, 0x2e, 1, 3, 1], "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), [0x10, 12, 0, 4, 77, 81, 84, 84], [],
            RandomNumberGenerator.GetBytes(400), new byte[5],
        ];
        foreach (var port in new[] { _service.MqttsPort, _service.HttpsPort })
        {
            foreach (var beginning in beginnings)
            {
                using var stranger = await Stranger.ConnectAsync(port);
                await stranger.SendAsync(beginning);
                stranger.EndSending();
                await stranger.RestAsync();
            }
        }

        Assert.That(await _certificates.CurlAsync($"https://localhost:{_service.HttpsPort}/healthz"), Does.StartWith("HTTP/1.1 200"));
        Assert.That(_service.Output, Does.Not.Contain(" ERR ").And.Not.Contain("   at "));
    }

    [TestCase("/a%252fb/%2e%25?x=%0d%0a&y=//evil.example", "Host: localhost")]
    [TestCase("//evil.example/x", "Host: 127.0.0.1:1")]
    [TestCase("/kiosk/", "Host: LOCALHOST")]
    public async Task Redirect_KeepsThePathAsItWasAskedFor_AtOurOwnHost(string path, string host)
    {
        var answer = await _certificates.CurlAsync("--path-as-is", "-H", host, $"http://localhost:{_service.HttpPort}{path}");

        Assert.That(answer, Does.StartWith("HTTP/1.1 307").And.Not.Contain("Strict-Transport-Security"));
        Assert.That(answer, Does.Match($"Location: https://(localhost|127.0.0.1):{_service.HttpsPort}").IgnoreCase);
        Assert.That(answer, Does.Contain($":{_service.HttpsPort}{path}\r\n"));
    }

    [TestCase("203.0.113.6")]
    [TestCase("[2001:db8::1]")]
    [TestCase("evil.example")]
    [TestCase("localhost.evil.example")]
    public async Task Redirect_ToAForeignHost_IsNotGiven(string host)
    {
        var answer = await _certificates.CurlAsync("-H", $"Host: {host}", $"http://localhost:{_service.HttpPort}/");

        Assert.That(answer, Does.StartWith("HTTP/1.1 403").And.Not.Contain("Location:"));
    }

    private async Task<string> ShakeAsync(int port, string version, string ciphers, params string[] more)
    {
        var (_, output) = await SomeCertificates.RunAsync("sh",
        [
            "-c", "OPENSSL_CONF=$0 exec timeout 30 openssl s_client \"$@\" </dev/null", Folder.In("lax.cnf"),
            "-connect", $"127.0.0.1:{port}", version, "-cipher", $"{ciphers}:@SECLEVEL=0", .. more,
        ]);
        return output;
    }
}
