using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Gateway.Contract;

/// <summary>The JSON object of a request. A field that is wrong is named; one that is unknown is ignored.</summary>
internal sealed class RequestBody
{
    private const int MaxPerson = 128;

    private const int MaxBytes = 64 * 1024;

    private readonly JsonElement _root;

    private RequestBody(JsonElement root, byte[] utf8)
    {
        _root = root;
        Utf8 = utf8;
        Digest = Convert.ToHexStringLower(SHA256.HashData(utf8));
    }

    /// <summary>As it came, for who reads it in another way.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>Tells one body from another, for idempotency keys.</summary>
    public string Digest { get; }

    public static async Task<RequestBody> ReadAsync(HttpRequest request, int maxBytes = MaxBytes)
    {
        if (request.ContentLength is 0 || (request.ContentLength is null && request.ContentType is null))
        {
            return Parse([]);
        }

        if (!ContractJson.IsBodyOf(request))
        {
            throw RequestRefusedException.NotJson();
        }

        if (request.Headers.ContentEncoding.Count > 0)
        {
            // Nothing is unpacked here: a little of it could become much.
            throw new RequestRefusedException(
                StatusCodes.Status415UnsupportedMediaType, "invalid", "Send the body as it is, without Content-Encoding.", "Content-Encoding");
        }

        if (request.ContentLength > maxBytes)
        {
            throw TooBig(maxBytes);
        }

        using var buffer = new MemoryStream();
        var chunk = new byte[4096];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > maxBytes)
            {
                throw TooBig(maxBytes);
            }
        }

        return Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>A required text of 1 to <paramref name="max"/> characters that is not blank.</summary>
    public string Text(string field, int max) => OptionalText(field, max) ?? throw RequestRefusedException.Invalid(field, $"{field} is missing.");

    /// <summary>Who it is about. Their id is also a part of paths, where dots alone mean a step and not a name.</summary>
    public string Person() => Text("person", MaxPerson) is not ("." or "..") and var person
        ? person
        : throw RequestRefusedException.Invalid("person", "person must be more than dots.");

    /// <summary>A text of whatever length and signs: for what is only compared, and never kept.</summary>
    public string? OptionalWord(string field) => Has(field, out var value)
        ? ContractJson.TextOf(value) ?? throw RequestRefusedException.Invalid(field, $"{field} must be a text.")
        : null;

    public string? OptionalText(string field, int max)
    {
        if (!Has(field, out var value))
        {
            return null;
        }

        // Characters as people count them: a letter with its accent is one.
        if (ContractJson.TextOf(value) is not { } text || string.IsNullOrWhiteSpace(text)
            || new StringInfo(text).LengthInTextElements > max)
        {
            throw RequestRefusedException.Invalid(field, $"{field} must be a text of 1 to {max} characters.");
        }

        return text.Any(char.IsControl) ? throw RequestRefusedException.Invalid(field, $"{field} must not contain control characters.") : text;
    }

    public int? OptionalNumber(string field, int min, int max) => (int?)OptionalLong(field, min, max);

    public long? OptionalLong(string field, long min, long max)
    {
        if (!Has(field, out var value))
        {
            return null;
        }

        return ContractJson.TryWhole(value, out var number) && number >= min && number <= max
            ? number
            : throw RequestRefusedException.Invalid(field, $"{field} must be a whole number from {min} to {max}.");
    }

    public string? OptionalChoice(string field, params ReadOnlySpan<string> choices)
    {
        var text = OptionalText(field, max: 64);
        if (text is not null && !choices.Contains(text))
        {
            throw RequestRefusedException.Invalid(field, $"{field} must be one of {string.Join(", ", choices.ToArray())}.");
        }

        return text;
    }

    public IReadOnlyList<string>? OptionalTexts(string field, int maxCount, int max)
    {
        if (!Has(field, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > maxCount)
        {
            throw RequestRefusedException.Invalid(field, $"{field} must be a list of at most {maxCount} texts.");
        }

        return value.EnumerateArray().Select(item => ContractJson.TextOf(item) is { Length: > 0 } text && text.Length <= max
            ? text
            : throw RequestRefusedException.Invalid(field, $"{field} must be a list of texts of 1 to {max} characters.")).ToList();
    }

    /// <summary>A required value of any kind but null, kept as it is.</summary>
    public JsonElement Value(string field, int maxBytes) =>
        Has(field, out var value) ? Fitting(field, value, maxBytes) : throw RequestRefusedException.Invalid(field, $"{field} is missing.");

    /// <summary>What its sender calls its own, if it is small enough and can be written down again.</summary>
    public static JsonElement Fitting(string field, JsonElement value, int maxBytes)
    {
        try
        {
            return ContractJson.Write(value).Length <= maxBytes
                ? value
                : throw RequestRefusedException.Invalid(field, $"{field} must be JSON of at most {maxBytes} bytes.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            // Half a surrogate pair: found by writing, not by reading.
            throw RequestRefusedException.Invalid(field, $"{field} holds a text that is no Unicode.");
        }
    }

    /// <summary>A list of objects, each read as a body of its own.</summary>
    public IReadOnlyList<RequestBody> Objects(string field, int maxCount)
    {
        if (!Has(field, out var value))
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= maxCount
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
                ? [.. value.EnumerateArray().Select(item => Parse(Encoding.UTF8.GetBytes(item.GetRawText())))]
                : throw RequestRefusedException.Invalid(field, $"{field} must be a list of at most {maxCount} objects.");
    }

    /// <summary>An object of the sender's own, kept as it is.</summary>
    public JsonElement? OptionalObject(string field, int maxBytes)
    {
        if (!Has(field, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Object
            ? Fitting(field, value, maxBytes)
            : throw RequestRefusedException.Invalid(field, $"{field} must be a JSON object.");
    }

    /// <summary>A required object, read as a body of its own.</summary>
    public RequestBody Object(string field) => Has(field, out var value) && value.ValueKind == JsonValueKind.Object
        ? Parse(Encoding.UTF8.GetBytes(value.GetRawText()))
        : throw RequestRefusedException.Invalid(field, $"{field} must be a JSON object.");

    /// <summary>Required bytes, which JSON has in base64.</summary>
    public byte[] Base64(string field, int max) => Has(field, out var value) && value.ValueKind == JsonValueKind.String
        && value.TryGetBytesFromBase64(out var bytes) && bytes.Length > 0 && bytes.Length <= max
            ? bytes
            : throw RequestRefusedException.Invalid(field, $"{field} must be 1 to {max} bytes, in base64.");

    private static RequestRefusedException TooBig(int maxBytes) =>
        new(StatusCodes.Status413PayloadTooLarge, "too_big", $"The body is larger than {maxBytes} bytes.");

    private static RequestBody Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            utf8 = utf8.IsEmpty ? "{}"u8 : utf8;
            var root = ContractJson.Parse(utf8);
            return root.ValueKind == JsonValueKind.Object
                ? new(root, utf8.ToArray())
                : throw RequestRefusedException.Invalid("body", "The body must be a JSON object.");
        }
        catch (JsonException error)
        {
            throw RequestRefusedException.Invalid("body", $"The body {ContractJson.Fault(error)}.");
        }
    }

    private bool Has(string field, out JsonElement value) => _root.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;
}
