using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Gateway.Tests.Contract;

/// <summary>Each operation of docs/openapi.json on a running service, by its own examples: the status that it names, in the shape that it describes.</summary>
[Category("Slow")]
public sealed class ExamplesTests
{
    private static readonly string NoSuch = Guid.CreateVersion7().ToString();

    private ApiWorld _world = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _world = await ApiWorld.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _world.DisposeAsync();

    private static IEnumerable<TestCaseData> Where(Func<ApiOperation, bool> isWanted) => ApiDocument.Operations
        .Select((operation, index) => (operation, index)).Where(one => isWanted(one.operation))
        .Select(one => new TestCaseData(one.index).SetArgDisplayNames(one.operation.ToString()));

    private static IEnumerable<TestCaseData> Answered() => Where(operation => operation.Done != (int)HttpStatusCode.SwitchingProtocols);

    private static IEnumerable<TestCaseData> Guarded() => Where(operation => operation.Security is not [] && operation.Path != "/metrics");

    private static IEnumerable<TestCaseData> Taking() => Where(operation => operation.Body is not null);

    private static IEnumerable<TestCaseData> Naming() =>
        Where(operation => operation.Statuses.Contains(404) && operation.Path.Contains('{', StringComparison.Ordinal));

    [TestCaseSource(nameof(Answered))]
    public async Task Example_IsAnsweredAsDescribed(int index)
    {
        var operation = ApiDocument.Operations[index];
        var known = await _world.PrepareAsync(operation);
        var acts = await _world.ActsAsync();
        if (operation.Body is null)
        {
            var query = operation.Method == "GET" ? "" : QueryOf(operation);
            await AskAsync(operation, PathOf(operation, known) + query, body: null, operation.Done);
        }
        else
        {
            await AskAllAsync(operation, known);
        }

        if (ApiActs.AreOnTheTrail(operation))
        {
            await AssertOnTheTrailAsync(operation, PathOf(operation, known), acts);
        }
    }

    [TestCaseSource(nameof(Answered))]
    public async Task Query_ByItsExamples_IsAnsweredAsDescribed(int index)
    {
        var operation = ApiDocument.Operations[index];
        if (QueryOf(operation) is { Length: > 0 } query && operation.Method == "GET")
        {
            await AskAsync(operation, PathOf(operation, await _world.PrepareAsync(operation)) + query, body: null, operation.Done);
        }
    }

    [TestCaseSource(nameof(Guarded))]
    public async Task Request_WithoutCredentials_IsToldSo(int index)
    {
        var operation = ApiDocument.Operations[index];
        using var nobody = new HttpClient { BaseAddress = _world.Service.Page };
        using var request = new HttpRequestMessage(new(operation.Method), PathOf(operation, new Dictionary<string, string>()).TrimStart('/'));
        using var answer = await nobody.SendAsync(request);
        await AssertDescribedAsync(operation, answer, 401);
    }

    [TestCaseSource(nameof(Taking))]
    public async Task Body_ThatIsNoObject_IsRefusedAsDescribed(int index)
    {
        var operation = ApiDocument.Operations[index];
        await AskAsync(operation, PathOf(operation, await _world.PrepareAsync(operation)), new JsonArray(), 400);
    }

    [TestCaseSource(nameof(Naming))]
    public async Task Thing_ThatIsNotThere_IsToldAsDescribed(int index)
    {
        var operation = ApiDocument.Operations[index];
        var path = PathOf(operation, operation.Parameters.Where(one => (string?)one["in"] == "path").ToDictionary(one => (string)one["name"]!, Unknown));
        var body = operation.Examples.FirstOrDefault(example => example.Status < 300).Value;
        await AskAsync(operation, path + (operation.Method == "GET" ? "" : QueryOf(operation)), body, 404);
    }

    // A scanner's id has a form of its own.
    private static string Unknown(JsonNode parameter) => (string?)parameter["example"] == ApiWorld.Door ? "door-99" : NoSuch;

    private static string PathOf(ApiOperation operation, IReadOnlyDictionary<string, string> known) => string.Join('/', operation.Path.Split('/').Select(part =>
        !part.StartsWith('{') ? part : known.TryGetValue(part.Trim('{', '}'), out var value) ? Uri.EscapeDataString(value) : NoSuch));

    private static string QueryOf(ApiOperation operation)
    {
        var parts = operation.Parameters.Where(one => (string?)one["in"] == "query" && one["example"] is not null)
            .Select(one => $"{one["name"]}={Uri.EscapeDataString(one["example"]!.ToString())}");
        return string.Join('&', parts) is { Length: > 0 } query ? $"?{query}" : "";
    }

    private async Task AskAllAsync(ApiOperation operation, IReadOnlyDictionary<string, string> known)
    {
        Assert.That(operation.Examples, Is.Not.Empty, "an operation that takes a body shows one");
        foreach (var (status, example) in operation.Examples)
        {
            var body = example;
            foreach (var (name, value) in known.Where(one => body[one.Key] is not null))
            {
                body[name] = value;
            }

            await AskAsync(operation, PathOf(operation, known), body, status);
            if (status < 300)
            {
                Assert.That(ApiDocument.Schemas.Faults($"{operation.Place}/requestBody/content/application~1json/schema", body), Is.Empty, "its own schema");
            }
        }
    }

    private async Task AskAsync(ApiOperation operation, string path, JsonNode? body, int status)
    {
        using var request = new HttpRequestMessage(new(operation.Method), path.TrimStart('/'));
        request.Content = body is not null || operation.Method is "POST" or "PUT" or "PATCH" ? JsonContent.Create(body ?? new JsonObject()) : null;
        using var answer = await _world.SendAsync(operation, request);
        await AssertDescribedAsync(operation, answer, status);
    }

    // Who, to which and from where; so that an act that is new and is not told of fails here.
    private async Task AssertOnTheTrailAsync(ApiOperation operation, string path, long behind)
    {
        JsonNode? act = null;
        await Eventually.HoldsAsync(
            async () => (act = await _world.ActAsync(behind, one => (string?)one["result"] == "done" && ApiActs.IsOf(operation, path, one))) is not null,
            $"{operation} is on the audit trail");
        Assert.That((string?)act!["remote"], Is.EqualTo("127.0.0.1"));
        Assert.That((string?)act["who"], Does.Match(operation switch
        {
            { Security: ["session"] } => "^user:user-",
            { Path: "/api/sign-in" } => "^user:bea$",
            _ => "^admin$",
        }));
    }

    private static async Task AssertDescribedAsync(ApiOperation operation, HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(status), $"{operation}: {text}");
        Assert.That(operation.FaultsOf(status, answer.Content.Headers.ContentType?.MediaType, text), Is.Empty, $"{operation}: {text}");
        if (status == 201 && answer.Headers.Location is { } made)
        {
            Assert.That(made.ToString(), Does.StartWith("/api/"));
        }
    }
}
