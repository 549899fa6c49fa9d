using System.Text.Json.Nodes;
using Gateway.Tests.Architecture;

namespace Gateway.Tests.Contract;

/// <summary>docs/openapi.json and the schemas beside it, as the tests read them.</summary>
internal static class ApiDocument
{
    private const string Name = "docs/openapi.json";

    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    public static JsonSchema Schemas { get; } = new(path => JsonNode.Parse(Repository.Read(path))!);

    public static IReadOnlyList<ApiOperation> Operations { get; } = [.. Read()];

    /// <summary>What is wrong with a value that the document calls by this name.</summary>
    public static IReadOnlyList<string> FaultsOf(string schema, JsonNode? value) => Schemas.Faults($"{Name}#/components/schemas/{schema}", value);

    /// <summary>What stands at a place, and where that is, all references followed.</summary>
    public static (JsonNode Node, string Place) Resolve(string place)
    {
        var (node, document) = Schemas.Find(place, "");
        return node["$ref"] is { } further ? Resolve(document + (string)further!) : (node, place);
    }

    private static IEnumerable<ApiOperation> Read()
    {
        foreach (var path in Schemas.Find($"{Name}#/paths", "").Schema.AsObject().Select(path => path.Key))
        {
            var (item, place) = Resolve($"{Name}#/paths/{path.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}");
            foreach (var method in Methods.Where(method => item[method] is not null))
            {
                var here = $"{place}/{method}";
                yield return new(method.ToUpperInvariant(), path, here, item[method]!, Listed(item, place).Concat(Listed(item[method]!, here)));
            }
        }
    }

    private static IEnumerable<JsonNode> Listed(JsonNode owner, string place) =>
        owner["parameters"]?.AsArray().Select((_, index) => Resolve($"{place}/parameters/{index}").Node) ?? [];
}

/// <param name="Place">Where it stands in the document.</param>
internal sealed record ApiOperation(string Method, string Path, string Place, JsonNode Node, IEnumerable<JsonNode> Parameters)
{
    /// <summary>Null where the document's own rule holds: any credentials.</summary>
    public IReadOnlyList<string>? Security => Node["security"]?.AsArray().Select(way => way!.AsObject().First().Key).ToList();

    public IEnumerable<int> Statuses => Node["responses"]!.AsObject().Where(response => response.Key != "default").Select(response => int.Parse(response.Key));

    /// <summary>The first that says it was done.</summary>
    public int Done => Statuses.First(status => status is >= 100 and < 300);

    public JsonNode? Body => Node["requestBody"]?["content"]?["application/json"];

    /// <summary>Each body that the document shows, by the status that answers it.</summary>
    public IEnumerable<(int Status, JsonNode Value)> Examples => Body?["examples"]?.AsObject().Select(example =>
        (int.Parse(example.Key.Split(' ')[0]), example.Value!["value"]!.DeepClone())) ?? [];

    public override string ToString() => $"{Method} {Path}";

    /// <summary>What the document says of this answer; of a status that it does not name, what it says of all others.</summary>
    public (JsonNode Response, string Place, string Words) AnswerOf(int status)
    {
        var name = Node["responses"]![$"{status}"] is null ? "default" : $"{status}";
        var here = Node["responses"]![name]!;
        var (response, place) = ApiDocument.Resolve($"{Place}/responses/{name}");
        return (response, place, (string)(here["description"] ?? response["description"])!);
    }

    /// <summary>What is wrong with an answer: its status, its kind of content, its shape, its code.</summary>
    public IEnumerable<string> FaultsOf(int status, string? type, string text)
    {
        var (response, place, words) = AnswerOf(status);
        if (status is 404 or 409 && Node["responses"]![$"{status}"] is null)
        {
            return [$"{status} is not described: {text}"];
        }

        if (response["content"]?.AsObject() is not { } content)
        {
            return text.Length == 0 ? [] : [$"a body is not described: {text}"];
        }

        if (type is null || !content.ContainsKey(type))
        {
            return [$"{status} comes as {type ?? "nothing"}, which is not described"];
        }

        if (!type.EndsWith("json", StringComparison.Ordinal))
        {
            return [];
        }

        var body = JsonNode.Parse(text);
        var faults = ApiDocument.Schemas.Faults($"{place}/content/{type.Replace("/", "~1", StringComparison.Ordinal)}/schema", body);
        return status >= 400 && type == "application/problem+json" && !IsNamed(words, (string)body!["code"]!)
            ? faults.Append($"the code of {text} is not in: {words}")
            : faults;
    }

    private static bool IsNamed(string words, string code) => words.Contains($"`{code}`", StringComparison.Ordinal)
        || (words.Contains("`unknown_{kind}`", StringComparison.Ordinal) && code.StartsWith("unknown_", StringComparison.Ordinal));
}
