using System.Net;

namespace Gateway.Tests.EndToEnd;

/// <summary>The figures, as a collector gets them.</summary>
[Category("Slow")]
public sealed class MetricsTests
{
    private SomeFolder _folder = null!;
    private GatewayFixture _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new();
        _service = await GatewayFixture.StartAsync(_folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Metrics_FromThisMachine_NeedNoCredentials()
    {
        using var collector = new HttpClient { BaseAddress = _service.Page };
        using var response = await collector.GetAsync("metrics");
        var text = await response.Content.ReadAsStringAsync();

        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        Assert.That(text, Does.Match(@"(?m)^process_resident_memory_bytes \d+$").And.Match(@"(?m)^dotnet_gc_collections_total\{generation=""0""\} \d+$"));
        Assert.That(text.TrimEnd('\n').Split('\n'), Has.All.Match(
            @"^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+=""[^""]*""(,[a-z_]+=""[^""]*"")*\})? (-?[0-9.]+(E[-+]?\d+)?|NaN|\+Inf))$"));
    }

    [TestCase("X-Forwarded-For", "203.0.113.9")]
    [TestCase("Forwarded", "for=203.0.113.9")]
    public async Task Metrics_Forwarded_NeedCredentials(string header, string value)
    {
        using var stranger = new HttpClient { BaseAddress = _service.Page, DefaultRequestHeaders = { { header, value } } };
        using var refused = await stranger.GetAsync("metrics");
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", GatewayFixture.AdminToken);
        using var served = await stranger.GetAsync("metrics");

        Assert.That((refused.StatusCode, served.StatusCode), Is.EqualTo((HttpStatusCode.Unauthorized, HttpStatusCode.OK)));
    }
}
