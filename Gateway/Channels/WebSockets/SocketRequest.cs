using System.Text.Json;
using Gateway.Contract;

namespace Gateway.Channels.WebSockets;

/// <summary>One request of a page. Reading a field that does not fit throws with a sentence that names it.</summary>
internal sealed class SocketRequest
{
    private const int MaxId = 64;
    private const int MaxClient = 128;
    private const int MaxKey = 128;

    private readonly JsonElement _root;

    private SocketRequest(JsonElement root) => _root = root;

    public string Op => RequiredText("op");

    /// <summary>The number or text that the page knows its request by, as it wrote it.</summary>
    public string? Id
    {
        get
        {
            if (Find("id") is not { } id)
            {
                return null;
            }

            var raw = id.GetRawText();
            return id.ValueKind is JsonValueKind.Number or JsonValueKind.String && raw.Length <= MaxId ? raw
                : throw new BadRequestFieldException("id", $"id is a number or a text of at most {MaxId} characters");
        }
    }

    public string? Epoch => Text("epoch");

    public string? Ticket => Text("ticket");

    public string? Client => Text("client") is { Length: 0 or > MaxClient }
        ? throw new BadRequestFieldException("client", $"client is 1 to {MaxClient} characters")
        : Text("client");

    /// <summary>What makes a repeated publish the first one.</summary>
    public string? Key => Text("key") is { Length: 0 or > MaxKey }
        ? throw new BadRequestFieldException("key", $"key is 1 to {MaxKey} characters")
        : Text("key");

    public JsonElement Data => Find("data") ?? throw new BadRequestFieldException("data", "data is missing");

    public StreamName Channel => StreamName.TryParse(RequiredText("channel"), out var name) ? name
        : throw new BadRequestFieldException("channel", "channel is the path of a resource, or the first segment of one");

    /// <summary>Null when the bytes are not a JSON object.</summary>
    public static SocketRequest? Parse(ReadOnlyMemory<byte> message)
    {
        try
        {
            var root = ContractJson.Parse(message.Span);
            return root.ValueKind == JsonValueKind.Object ? new(root) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public long? Count(string field)
    {
        if (Find(field) is not { } value)
        {
            return null;
        }

        return ContractJson.TryWhole(value, out var number) && number >= 0 ? number
            : throw new BadRequestFieldException(field, $"{field} is a whole number from 0");
    }

    public long RequiredCount(string field) => Count(field) ?? throw new BadRequestFieldException(field, $"{field} is missing");

    private string RequiredText(string field) => Text(field) ?? throw new BadRequestFieldException(field, $"{field} is missing");

    private string? Text(string field)
    {
        if (Find(field) is not { } value)
        {
            return null;
        }

        return ContractJson.TextOf(value) ?? throw new BadRequestFieldException(field, $"{field} is a text");
    }

    // null and absent are the same.
    private JsonElement? Find(string field) =>
        _root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}

/// <summary>A field of a request does not fit; caught where requests are answered.</summary>
internal sealed class BadRequestFieldException(string field, string sentence) : Exception(sentence)
{
    public string Field => @field;
}
