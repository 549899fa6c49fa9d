using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Access;

/// <summary>One thing that a service may do: "jobs", "jobs:read", "publish FILTER" or "subscribe FILTER".</summary>
[JsonConverter(typeof(ScopeConverter))]
internal sealed class Scope
{
    private const string ReadSuffix = ":read";

    /// <summary>What a service can have to do with; the rest is for people.</summary>
    private static readonly string[] Kinds = ["jobs", "rooms", "checkins", "people", "enrollments", "devices", "webhooks", "stats", "metrics"];

    private readonly string? _kind;
    private readonly Verb _verb;
    private readonly TopicFilter? _filter;

    private Scope(string text, Verb verb, string? kind, TopicFilter? filter)
    {
        Text = text;
        _verb = verb;
        _kind = kind;
        _filter = filter;
    }

    public string Text { get; }

    public static string Words => $"one of {string.Join(", ", Kinds)}, each also with {ReadSuffix}; or \"publish FILTER\" or \"subscribe FILTER\"";

    /// <summary>Null when it is none.</summary>
    public static Scope? Parse(string text)
    {
        if (text.Split(' ', 2, StringSplitOptions.TrimEntries) is [var verb and ("publish" or "subscribe"), var filter])
        {
            return TopicFilter.IsFilter(filter) ? new(text, verb == "publish" ? Verb.Publish : Verb.Subscribe, kind: null, new(filter)) : null;
        }

        var isRead = text.EndsWith(ReadSuffix, StringComparison.Ordinal);
        var kind = isRead ? text[..^ReadSuffix.Length] : text;
        return Kinds.Contains(kind) ? new(text, isRead ? Verb.Read : Verb.Operate, kind, FilterOf(kind)) : null;
    }

    public bool Allows(Verb verb, Resource what)
    {
        if (what.Kind != Resource.Topic)
        {
            return _kind == what.Kind && verb <= _verb;
        }

        // A kind's own topic goes with the right to it: jobs are reported by MQTT as well, and the states of enrollments are there to be read.
        var isGranted = _kind switch
        {
            null => verb == _verb,
            "jobs" => verb == Verb.Publish && _verb == Verb.Operate,
            "enrollments" => verb == Verb.Subscribe,
            _ => false,
        };
        return isGranted && _filter!.Covers(what.Id!);
    }

    public override string ToString() => Text;

    private static TopicFilter? FilterOf(string kind) => kind switch
    {
        "jobs" => new("jobs/+/events"),
        "enrollments" => new("enrollments/+/state"),
        _ => null,
    };

    private sealed class ScopeConverter : JsonConverter<Scope>
    {
        public override Scope Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString() ?? "") ?? throw new JsonException($"'{reader.GetString()}' is no scope");

        public override void Write(Utf8JsonWriter writer, Scope value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
    }
}
