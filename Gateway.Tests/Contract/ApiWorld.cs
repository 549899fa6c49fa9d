using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Tests.Contract;

/// <summary>A running service in which each operation of the document finds what its example speaks of: made anew for each, since many end it.</summary>
internal sealed class ApiWorld : IAsyncDisposable
{
    public const string Door = "door-1";
    private const string Password = "a long enough password";

    private readonly SomeFolder _folder = new();
    private readonly HttpClient _page = new(new HttpClientHandler { UseCookies = false });
    private Mosquitto.Listener? _scanner;
    private string[] _credentials = [];
    private int _made;

    public GatewayFixture Service { get; private set; } = null!;

    public static async Task<ApiWorld> StartAsync()
    {
        var world = new ApiWorld();
        world.Service = await GatewayFixture.StartAsync(world._folder.Path, "--Access:AdminToken", GatewayFixture.AdminToken);
        var secret = (string)(await world.PostAsync("devices", new { id = Door }))["secret"]!;
        world._credentials = ["-u", Door, "-P", secret];
        world._scanner = Mosquitto.Listen(world.Service.MqttPort, $"scanners/{Door}/commands", world._credentials);
        await world.ScannerSaysAsync("status", """{"id":"7-1","state":"online","sensor":"ok","capacity":200,"stored":0}""");
        await Eventually.HoldsAsync(async () => (bool)(await world.Service.GetAsync($"api/devices/{Door}"))["state"]!["online"]!, "online");
        await world.PostAsync("checkins", new { site = "main", person = "ada" });
        await world.PostAsync("users", new { name = "bea", role = "operator", password = Password });
        return world;
    }

    /// <summary>What stands in the path for its parameters, and in the body for what only the service can know.</summary>
    public async Task<IReadOnlyDictionary<string, string>> PrepareAsync(ApiOperation operation) => operation.Path.Split('/') switch
    {
        ["", "api", "enrollments", "{id}", ..] => Id(await EnrollmentAsync()),
        ["", "api", "devices", "{id}", "firmware"] when await FirmwareAsync(isWanted: false) is not null => Id(Door),
        ["", "api", "devices", "{id}", .. var rest] => Id(operation.Method == "DELETE" || rest is ["secret"] ? await DeviceAsync() : Door),
        ["", "api", "jobs", "{id}", ..] => Id((string)(await PostAsync("jobs", new { name = "Import" }))["id"]!),
        ["", "api", "rooms", "{id}", ..] => await RoomAsync(),
        ["", "api", "checkins", "{site}", "events", "{seq}"] => await CheckInAsync(),
        ["", "api", "checkins", ..] => new Dictionary<string, string> { ["site"] = "main", ["id"] = "main" },
        ["", "api", "audit", ..] => Id("trail"),
        ["", "api", "firmware", "{version}"] => new Dictionary<string, string> { ["version"] = await FirmwareAsync(isWanted: false) },
        ["", "firmware", ..] when await FirmwareAsync(isWanted: true) is var version => new Dictionary<string, string> { ["file"] = $"scanner-{version}.bin" },
        ["", "api", "people", ..] => await PersonAsync(),
        ["", "api", "forgettings", "{id}"] => Id(await ForgottenAsync()),
        ["", "api", "webhooks", "{id}", ..] => await WebhookAsync(),
        ["", "api", "quarantine", "{id}", ..] => Id(await QuarantinedAsync()),
        ["", "api", "users", "{name}"] => new Dictionary<string, string> { ["name"] = await UserAsync() },
        ["", "api", "keys", "{id}"] => Id((string)(await PostAsync("keys", new { name = "one", scopes = new[] { "jobs" } }))["id"]!),
        ["", "api", "kiosks", "{id}"] => Id((string)(await PostAsync("kiosks", new { (await PairingAsync()).Code, device = Door }))["id"]!),
        ["", "api", "kiosks", ..] => await PairingAsync() is var (code, secret) ? new Dictionary<string, string> { ["code"] = code, ["secret"] = secret } : [],
        ["", "api", "enrollments"] when operation.Method == "POST" => await IdleAsync(),
        _ => new Dictionary<string, string>(),
    };

    /// <summary>Asks as the admin; and what is for users alone as one of them, a new one each time.</summary>
    public async Task<HttpResponseMessage> SendAsync(ApiOperation operation, HttpRequestMessage request)
    {
        if (operation.Security is ["scanner"])
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Door}:{_credentials[3]}")));
        }

        if (operation.Security is not ["session"])
        {
            return await Service.Http.SendAsync(request);
        }

        var user = await UserAsync();
        using var signedIn = await _page.PostAsJsonAsync(new Uri(Service.Page, "api/sign-in"), new { user, password = Password });
        request.Headers.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        request.RequestUri = new(Service.Page, request.RequestUri!);
        return await _page.SendAsync(request);
    }

    /// <summary>How many acts are on the trail.</summary>
    public async Task<long> ActsAsync() => (long)(await Service.GetAsync("api/audit/trail"))["seq"]!;

    /// <summary>The newest one behind so many acts that is wanted; null when there is none yet.</summary>
    public async Task<JsonNode?> ActAsync(long behind, Func<JsonNode, bool> isWanted) => (await Service.GetAsync("api/audit?limit=20"))["items"]!.AsArray()
        .FirstOrDefault(act => (long)act!["seq"]! > behind && isWanted(act));

    public async ValueTask DisposeAsync()
    {
        if (_scanner is not null)
        {
            await _scanner.DisposeAsync();
        }

        _page.Dispose();
        await Service.DisposeAsync();
        _folder.Dispose();
    }

    private static Dictionary<string, string> Id(string id) => new() { ["id"] = id };

    private Task<JsonNode> PostAsync(string path, object body) => Service.PostAsync($"api/{path}", body);

    private Task<string> ScannerSaysAsync(string topic, string payload) =>
        Mosquitto.PublishAsync(Service.MqttPort, $"scanners/{Door}/{topic}", payload, _credentials);

    private async Task<Dictionary<string, string>> IdleAsync()
    {
        foreach (var open in (await Service.GetAsync("api/enrollments?state=requested"))["items"]!.AsArray())
        {
            using var cancelled = await Service.Http.DeleteAsync($"api/enrollments/{open!["id"]}");
        }

        return [];
    }

    private async Task<string> EnrollmentAsync()
    {
        await IdleAsync();
        return (string)(await PostAsync("enrollments", new { device = Door, person = "ada" }))["id"]!;
    }

    private async Task<string> DeviceAsync() => (string)(await PostAsync("devices", new { id = $"spare-{++_made}" }))["id"]!;

    private async Task<string> UserAsync() =>
        (string)(await PostAsync("users", new { name = $"user-{++_made}", role = "operator", password = Password }))["name"]!;

    private async Task<Dictionary<string, string>> CheckInAsync() => new()
    {
        ["site"] = "main",
        ["seq"] = (await PostAsync("checkins", new { site = "main", person = "ada", direction = "in" }))["seq"]!.ToJsonString(),
    };

    private async Task<Dictionary<string, string>> RoomAsync()
    {
        var room = (string)(await PostAsync("rooms", new { name = "Staff", participants = new[] { new { user = "ada" } } }))["id"]!;
        var message = await PostAsync($"rooms/{room}/messages", new { data = new { text = "Hello" } });
        return new() { ["id"] = room, ["message"] = (string)message["id"]!, ["user"] = "ada" };
    }

    private async Task<Dictionary<string, string>> PersonAsync()
    {
        using var put = await Service.Http.PutAsJsonAsync("api/people/ada", new { name = "Ada" });
        return Id("ada");
    }

    private async Task<string> ForgottenAsync()
    {
        using var put = await Service.Http.PutAsJsonAsync("api/people/zaphod", new { name = "Zaphod" });
        using var gone = await Service.Http.DeleteAsync("api/people/zaphod");
        return gone.Headers.Location!.OriginalString.Split('/')[^1];
    }

    private async Task<Dictionary<string, string>> WebhookAsync()
    {
        foreach (var old in (await Service.GetAsync("api/webhooks"))["items"]!.AsArray())
        {
            using var removed = await Service.Http.DeleteAsync($"api/webhooks/{old!["id"]}");
        }

        var webhook = (string)(await PostAsync("webhooks", new { url = "http://127.0.0.1:9/" }))["id"]!;
        await ScannerSaysAsync("status", $$"""{"id":"7-{{++_made + 10}}","state":"online","firmware":"1.{{_made}}"}""");
        var delivery = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                var all = await Service.GetAsync($"api/webhooks/{webhook}/deliveries");
                delivery = (string?)all["items"]!.AsArray().FirstOrDefault()?["id"] ?? "";
                return delivery.Length > 0;
            },
            "a delivery");
        return new() { ["id"] = webhook, ["delivery"] = delivery };
    }

    private async Task<string> FirmwareAsync(bool isWanted)
    {
        var upload = ApiDocument.Operations.Single(operation => operation.ToString() == "POST /api/firmware").Examples.First().Value;
        var version = (string)(await PostAsync("firmware", upload))["version"]!;
        using var aimed = await Service.Http.PutAsJsonAsync($"api/devices/{Door}/firmware", isWanted ? new { version } : new object());
        Assert.That(aimed.IsSuccessStatusCode);
        return version;
    }

    private async Task<string> QuarantinedAsync()
    {
        await ScannerSaysAsync("acks", $$"""{"number":{{++_made}}}""");
        return (string)(await Service.GetAsync("api/quarantine"))["items"]![0]!["id"]!;
    }

    private async Task<(string Code, string Secret)> PairingAsync()
    {
        var begun = await Service.PostAsync("api/kiosks/pairings", new { });
        return ((string)begun["code"]!, (string)begun["secret"]!);
    }
}
