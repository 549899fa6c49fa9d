using System.Text.Json;
using Gateway.Contract;

namespace Gateway.Modules;

/// <summary>Reads the fields of a payload; a wrong one is named, an unknown one ignored.</summary>
internal readonly struct PayloadReader
{
    private const int MaxText = 128;

    private readonly JsonElement _root;

    private PayloadReader(JsonElement root) => _root = root;

    public static PayloadReader Open(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var root = ContractJson.Parse(payload.Span);
            return root.ValueKind == JsonValueKind.Object ? new(root) : throw new MalformedMessageException("the payload is no JSON object");
        }
        catch (JsonException error)
        {
            throw new MalformedMessageException($"the payload {ContractJson.Fault(error)}");
        }
    }

    public string Text(string field) => OptionalText(field) ?? throw Missing(field);

    public string? OptionalText(string field)
    {
        if (!Has(field, out var value))
        {
            return null;
        }

        return ContractJson.TextOf(value) is { Length: > 0 and <= MaxText } text
            ? text
            : throw new MalformedMessageException($"{field} is no text of 1 to {MaxText} characters");
    }

    public int Number(string field, int min, int max) => OptionalNumber(field, min, max) ?? throw Missing(field);

    public int? OptionalNumber(string field, int min, int max) => (int?)OptionalLong(field, min, max);

    /// <summary>It must be said, and may be null.</summary>
    public int? NumberOrNull(string field, int min, int max) =>
        _root.TryGetProperty(field, out _) ? OptionalNumber(field, min, max) : throw Missing(field);

    public long? OptionalLong(string field, long min, long max)
    {
        if (!Has(field, out var value))
        {
            return null;
        }

        return ContractJson.TryWhole(value, out var number) && number >= min && number <= max
            ? number
            : throw new MalformedMessageException($"{field} is no whole number from {min} to {max}");
    }

    public bool Flag(string field)
    {
        if (!Has(field, out var value))
        {
            throw Missing(field);
        }

        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new MalformedMessageException($"{field} is neither true nor false"),
        };
    }

    public T Choice<T>(string field)
        where T : struct, Enum => OptionalChoice<T>(field) ?? throw Missing(field);

    /// <summary>The words are the names of the enum's members in lower case.</summary>
    public T? OptionalChoice<T>(string field)
        where T : struct, Enum
    {
        if (OptionalText(field) is not { } text)
        {
            return null;
        }

        // Only the lower-case names themselves: no other spelling, and none of the numbers that TryParse would take.
        return text.All(char.IsAsciiLetterLower) && Enum.TryParse<T>(text, ignoreCase: true, out var member)
            ? member
            : throw new MalformedMessageException($"{field} is '{text}', not one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
    }

    private static MalformedMessageException Missing(string field) => new($"{field} is missing");

    private bool Has(string field, out JsonElement value) => _root.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;
}
