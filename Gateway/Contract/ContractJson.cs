using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Contract;

/// <summary>How the contract writes JSON: camelCase, absent instead of null, times in RFC 3339 UTC with milliseconds.</summary>
internal static class ContractJson
{
    /// <summary>How deeply what others send may be nested.</summary>
    public const int MaxDepth = 32;

    // What is taken in has to be written again inside events, states, lists and frames.
    private const int OurDepth = 2 * MaxDepth;

    private const string NameIsNoText = "a name is no text";

    public static readonly JsonSerializerOptions Options = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.Strict,
            // Names of people are read in logs and tools; the bytes only ever travel as application/json.
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        Configure(options);
        return options;
    }

    /// <summary>What both our own serialisation and the framework's share.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.Converters.Add(new UtcMillisecondsConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.RespectNullableAnnotations = true;
        options.MaxDepth = OurDepth;
    }

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    public static T Read<T>(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException($"null where a {typeof(T).Name} was expected");

    /// <summary>Whether a body says of itself that it is <c>application/json</c>, and in no encoding but UTF-8.</summary>
    public static bool IsBodyOf(HttpRequest request) => request.GetTypedHeaders().ContentType is { } type
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (type.Charset.Value is not { } charset || charset.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <summary>Where it stops being JSON, as the end of a sentence: the framework's own words are for its programmers.</summary>
    public static string Fault(Exception error) => error switch
    {
        JsonException { LineNumber: { } line, BytePositionInLine: { } at } => $"is no JSON: something is wrong at line {line + 1}, byte {at + 1}",
        JsonException { InnerException: InvalidOperationException } => $"is no JSON: {NameIsNoText}",
        _ => "is no JSON",
    };

    /// <summary>What others sent. The parser alone lets half a surrogate pair pass in a name, and fails on it at the first look for any name.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> utf8)
    {
        var root = JsonElement.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
        if (root.ValueKind != JsonValueKind.Object)
        {
            return root;
        }

        try
        {
            foreach (var property in root.EnumerateObject())
            {
                GC.KeepAlive(property.Name);
            }

            return root;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException(NameIsNoText, error);
        }
    }

    /// <summary>Null where it is no text: of another kind, no UTF-8, or with half a surrogate pair, none of which the parser finds.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A whole number, however it is written: 1000, 1e3 and 1000.0 are the same one.</summary>
    public static bool TryWhole(JsonElement value, out long number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number
            && (value.TryGetInt64(out number) || (value.TryGetDecimal(out var exact) && TryWhole(exact, out number)));
    }

    /// <summary>The same in the midst of a text that is read in one pass.</summary>
    public static bool TryWhole(ref Utf8JsonReader reader, out long number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number
            && (reader.TryGetInt64(out number) || (reader.TryGetDecimal(out var exact) && TryWhole(exact, out number)));
    }

    private static bool TryWhole(decimal exact, out long number)
    {
        var isWhole = decimal.IsInteger(exact) && exact is >= long.MinValue and <= long.MaxValue;
        number = isWhole ? (long)exact : 0;
        return isWhole;
    }

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed class UtcMillisecondsConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset().ToUniversalTime();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Time(value));
    }
}
