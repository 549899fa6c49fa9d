using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.Support;

/// <summary>A test that attacks a service beside a scanner, which is to notice nothing: its enrollment completes, and nothing else has changed.</summary>
public abstract class NeighbourTest(params string[] arguments) : ServiceTest([.. Admin, .. arguments])
{
    private protected const string Neighbour = "door-1";

    private Mosquitto.Listener _commands = null!;
    private ScannerByHand _scanner = null!;
    private int _enrolled;

    private protected string Secret { get; private set; } = "";

    [SetUp]
    public async Task BringNeighbourAsync()
    {
        _enrolled = 0;
        Secret = await RegisterAsync(Neighbour);
        string[] credentials = ["-u", Neighbour, "-P", Secret];
        _commands = Mosquitto.Listen(Service.MqttPort, $"scanners/{Neighbour}/commands", credentials);
        _scanner = new(() => Service.MqttPort, Neighbour, credentials);
        await _scanner.StatusAsync();
        await Eventually.HoldsAsync(async () => (bool)(await Service.GetAsync($"api/devices/{Neighbour}"))["state"]!["online"]!, "online");
    }

    [TearDown]
    public async Task LeaveAsync() => await _commands.DisposeAsync();

    private protected async Task<string> RegisterAsync(string device) => (string)(await Service.PostAsync("api/devices", new { id = device }))["secret"]!;

    /// <summary>From the request, over the command that the scanner hears, to success: each message over a connection of its own.</summary>
    private protected async Task AssertEnrollsAsync()
    {
        var slot = _enrolled++;
        var enrollment = (string)(await Service.PostAsync("api/enrollments", new { device = Neighbour, person = $"Ada {slot}", start = "now" }))["id"]!;
        Assert.That(await _commands.NextAsync("scanners/"), Does.Contain(enrollment));
        for (var step = 1; step <= 3; step++)
        {
            Assert.That(await _scanner.ScanAsync(enrollment, step, slot: slot), Does.Contain("RC:0"));
        }

        Assert.That(await _scanner.ResultAsync(enrollment, slot: slot), Does.Contain("RC:0"));
        Assert.That((string?)(await Service.GetAsync($"api/enrollments/{enrollment}"))["state"]!["state"], Is.EqualTo("succeeded"));
    }

    /// <summary>The newest position: whatever has changed has raised it. That somebody tried is told on the trail, and is no change.</summary>
    private protected async Task<long> PositionAsync()
    {
        using var trail = await Service.Http.GetAsync("api/audit/trail");
        var tries = (long)(await trail.Content.ReadFromJsonAsync<JsonNode>())!["seq"]!;
        return (long)(await Service.GetAsync("api/enrollments"))["position"]! - tries;
    }

    private protected async Task<ManualPage> OpenAsync(HttpClient? client = null) => await ManualPage.OpenAsync(Service, await TicketAsync(client));

    private protected async Task<string> TicketAsync(HttpClient? client = null)
    {
        using var answer = await (client ?? Service.Http).PostAsJsonAsync("api/tickets", new { });
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["ticket"]!;
    }
}
