using Gateway.Operations.Metrics;
using Gateway.Tests.Architecture;
using Microsoft.AspNetCore.Routing;

namespace Gateway.Tests.Contract;

/// <summary>The document describes the paths that there are: each of them, and no other.</summary>
public sealed class RoutesTests
{
    [Test]
    public async Task Route_ThatIsMapped_IsDescribed_AndNoOther()
    {
        using var folder = new SomeFolder();
        using var metrics = new MetricsBoard();
        await using var app = GatewayHost.Build(["--Data:Path", folder.Path], metrics);
        GatewayHost.Map(app);
        var mapped = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(route => MethodsOf(route).Select(method => $"{method} /{route.RoutePattern.RawText!.TrimStart('/')}")).ToList();
        var described = ApiDocument.Operations.Select(operation => operation.ToString()).ToList();

        Findings.AssertNone(mapped.Except(described), "Describe it in docs/openapi.json");
        Findings.AssertNone(described.Except(mapped), "docs/openapi.json describes what is not there");
    }

    [Test]
    public void Operation_HasAName_OfItsOwn() => Assert.That(
        ApiDocument.Operations.Select(operation => (string?)operation.Node["operationId"]).OfType<string>(), Is.Unique);

    [Test]
    public void PathParameter_IsDescribed_ForEachThatThePathHas() => Findings.AssertNone(
        ApiDocument.Operations.Where(operation => !operation.Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'))
            .ToHashSet().SetEquals(operation.Parameters.Where(one => (string?)one["in"] == "path").Select(one => (string)one["name"]!)))
            .Select(operation => operation.ToString()),
        "Name the parameters of its path in docs/openapi.json");

    // What upgrades a connection is mapped for any method and begins with a GET; HEAD is a GET without its body.
    private static IEnumerable<string> MethodsOf(RouteEndpoint route) =>
        (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Except(["HEAD"]);
}
