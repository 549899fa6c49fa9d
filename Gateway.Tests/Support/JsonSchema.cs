using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Gateway.Tests.Support;

/// <summary>
/// JSON Schema 2020-12 as far as docs/ uses it; a word that it does not know is an error. Stricter than the standard in one thing: what no schema names may
/// not be there, since what is sent and not described is a gap of the description.
/// </summary>
internal sealed class JsonSchema(Func<string, JsonNode> open)
{
    private static readonly string[] Remarks =
        ["$schema", "$id", "$defs", "title", "description", "default", "example", "examples"];

    private readonly Dictionary<string, JsonNode> _documents = [];

    /// <summary>What is wrong with it, each with its place; none when it fits.</summary>
    /// <param name="at">The document, <c>#</c>, and the pointer to the schema in it.</param>
    public IReadOnlyList<string> Faults(string at, JsonNode? value)
    {
        var (schema, document) = Find(at, "");
        return Visit(schema, document, value, "$");
    }

    public (JsonNode Schema, string Document) Find(string at, string from)
    {
        var parts = at.Split('#', 2);
        var document = parts[0].Length == 0 ? from : Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(from) ?? "", parts[0]))[1..];
        if (!_documents.TryGetValue(document, out var node))
        {
            _documents[document] = node = open(document);
        }

        foreach (var part in (parts.Length == 1 ? "" : parts[1]).Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = (node is JsonArray list ? list[int.Parse(name, CultureInfo.InvariantCulture)] : node[name])
                ?? throw new InvalidOperationException($"{document} has no {parts[1]}");
        }

        return (node, document);
    }

    /// <summary>One value by all that is said of it.</summary>
    private List<string> Visit(JsonNode schema, string document, JsonNode? value, string place)
    {
        var seen = new Seen();
        Check(schema, document, value, place, seen);
        if (value is JsonObject given && !seen.IsOpen)
        {
            seen.Faults.AddRange(given.Select(property => property.Key).Except(seen.Names).Select(name => $"{place}.{name} is not described"));
        }

        return seen.Faults;
    }

    private void Check(JsonNode schema, string document, JsonNode? value, string place, Seen seen)
    {
        var words = schema.AsObject();
        // {} says nothing, so anything fits.
        seen.IsOpen |= words.All(word => Remarks.Contains(word.Key));
        foreach (var (word, said) in words)
        {
            switch (word)
            {
                case "$ref":
                    var (target, other) = Find((string)said!, document);
                    Check(target, other, value, place, seen);
                    break;
                case "allOf":
                    foreach (var part in said!.AsArray())
                    {
                        Check(part!, document, value, place, seen);
                    }

                    break;
                case "anyOf" or "oneOf":
                    Branch(word, said!.AsArray(), document, value, place, seen);
                    break;
                case "properties" when value is JsonObject given:
                    seen.Names.UnionWith(said!.AsObject().Select(property => property.Key));
                    seen.Faults.AddRange(said.AsObject().Where(property => given.ContainsKey(property.Key))
                        .SelectMany(property => Visit(property.Value!, document, given[property.Key], $"{place}.{property.Key}")));
                    break;
                case "additionalProperties" when value is JsonObject given:
                    seen.IsOpen = true;
                    if (said is JsonObject each)
                    {
                        seen.Faults.AddRange(given.SelectMany(property => Visit(each, document, property.Value, $"{place}.{property.Key}")));
                    }

                    break;
                case "items" when value is JsonArray list:
                    seen.Faults.AddRange(list.SelectMany((item, index) => Visit(said!, document, item, $"{place}[{index}]")));
                    break;
                case "required" when value is JsonObject given:
                    var names = said!.AsArray().Select(name => (string)name!);
                    seen.Faults.AddRange(names.Where(name => !given.ContainsKey(name)).Select(name => $"{place}.{name} is missing"));
                    break;
                case "properties" or "additionalProperties" or "items" or "required":
                    break;
                default:
                    if (!Remarks.Contains(word) && JsonWords.Fault(word, said!, value) is { } fault)
                    {
                        seen.Faults.Add($"{place} {fault}, but is {value?.ToJsonString() ?? "null"}");
                    }

                    break;
            }
        }
    }

    private void Branch(string word, JsonArray branches, string document, JsonNode? value, string place, Seen seen)
    {
        var tried = branches.Select(branch =>
        {
            var one = new Seen();
            Check(branch!, document, value, place, one);
            return one;
        }).ToList();
        var fitting = tried.Where(one => one.Faults.Count == 0).ToList();
        if (fitting.Count == 0 || (word == "oneOf" && fitting.Count > 1))
        {
            var nearest = tried.MinBy(one => one.Faults.Count)!;
            seen.Faults.Add($"{place} fits {fitting.Count} of {branches.Count}: {string.Join("; ", nearest.Faults)}");
        }

        foreach (var one in fitting)
        {
            seen.Names.UnionWith(one.Names);
            seen.IsOpen |= one.IsOpen;
        }
    }

    /// <summary>What the schemas of one value have said so far.</summary>
    private sealed class Seen
    {
        public List<string> Faults { get; } = [];

        public HashSet<string> Names { get; } = [];

        public bool IsOpen { get; set; }
    }
}

/// <summary>The words of JSON Schema that are about one value alone.</summary>
internal static class JsonWords
{
    /// <summary>Null when it fits, or when the word is about values of another kind.</summary>
    public static string? Fault(string word, JsonNode said, JsonNode? value) => Fits(word, said, value) ? null : $"has {word} {said.ToJsonString()}";

    private static bool Fits(string word, JsonNode said, JsonNode? value) => word switch
    {
        "type" => said is JsonArray types ? types.Any(type => IsOfType((string)type!, value)) : IsOfType((string)said!, value),
        "const" => JsonNode.DeepEquals(said, value),
        "enum" => said.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
        "pattern" => TextOf(value) is not { } text || Regex.IsMatch(text, (string)said!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)),
        "format" => TextOf(value) is not { } text || IsOfFormat((string)said!, text),
        "minLength" => TextOf(value) is not { } text || text.Length >= (int)said,
        "maxLength" => TextOf(value) is not { } text || text.Length <= (int)said,
        "minimum" => NumberOf(value) is not { } number || number >= (double)said,
        "maximum" => NumberOf(value) is not { } number || number <= (double)said,
        "minItems" => value is not JsonArray list || list.Count >= (int)said,
        "maxItems" => value is not JsonArray list || list.Count <= (int)said,
        _ => throw new NotSupportedException($"the schema says '{word}', which these tests do not know"),
    };

    private static bool IsOfType(string type, JsonNode? value) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => TextOf(value) is not null,
        "boolean" => value is JsonValue flag && flag.TryGetValue<bool>(out _),
        "number" => NumberOf(value) is not null,
        "integer" => NumberOf(value) is { } number && double.IsInteger(number),
        _ => throw new NotSupportedException($"'{type}' is no type"),
    };

    private static bool IsOfFormat(string format, string text) => format switch
    {
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", out _),
        "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        _ => throw new NotSupportedException($"'{format}' is a format that these tests do not know"),
    };

    private static string? TextOf(JsonNode? value) => value is JsonValue text && text.TryGetValue<string>(out var read) ? read : null;

    private static double? NumberOf(JsonNode? value) => value is JsonValue number && value.GetValueKind() == System.Text.Json.JsonValueKind.Number
        ? number.GetValue<System.Text.Json.JsonElement>().GetDouble()
        : null;
}
