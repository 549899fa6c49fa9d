using System.Globalization;
using System.Text.Json;
using Gateway.Contract;

namespace Gateway.Modules.Mappings;

/// <summary>Reads the fields of a payload by the names that its sketch has for them; numbers may be written as texts.</summary>
internal sealed class MappedPayload
{
    private const int MaxText = 128;

    private readonly JsonElement _root;
    private readonly IReadOnlyDictionary<string, string> _fields;

    /// <exception cref="MalformedMessageException">It is no JSON object.</exception>
    public MappedPayload(ReadOnlyMemory<byte> payload, IReadOnlyDictionary<string, string> fields)
    {
        _fields = fields;
        try
        {
            _root = ContractJson.Parse(payload.Span);
        }
        catch (JsonException error)
        {
            throw new MalformedMessageException($"the payload {ContractJson.Fault(error)}");
        }

        if (_root.ValueKind != JsonValueKind.Object)
        {
            throw new MalformedMessageException("the payload is no JSON object");
        }
    }

    /// <summary>By our name; null where the mapping or the payload has none.</summary>
    public string? Text(string field) => _fields.TryGetValue(field, out var theirs) ? TextAt(theirs) : null;

    /// <summary>By their name.</summary>
    public string? TextAt(string theirs)
    {
        if (Find(theirs) is not { } value)
        {
            return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => ContractJson.TextOf(value),
        };
        return text is { Length: > 0 and <= MaxText } ? text : throw new MalformedMessageException($"{theirs} is no text of 1 to {MaxText} characters");
    }

    public long? Number(string field, long min, long max)
    {
        if (Text(field) is not { } text)
        {
            return null;
        }

        // Sketches compute: 33.3 % and 1.0 are numbers too.
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? (long)Math.Round(number)
            : throw new MalformedMessageException($"{_fields[field]} is no number from {min} to {max}");
    }

    private JsonElement? Find(string path)
    {
        var value = _root;
        foreach (var name in path.Split('.'))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return null;
            }
        }

        return value.ValueKind == JsonValueKind.Null ? null : value;
    }
}
