using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Contract;

namespace Gateway.Journal;

/// <summary>What somebody is called from now on in what is kept of them: the same in every place, so that what was theirs stays one person's.</summary>
/// <param name="Id">The person's, as events name them.</param>
/// <param name="Alias">Says nothing of who they were.</param>
/// <param name="InRooms">Whether who spoke in rooms under this name was them.</param>
internal sealed record Renaming(string Id, string Alias, bool InRooms)
{
    public const string Rooms = "rooms";

    private const string PeoplePath = "/api/people/";

    // What others wrote as JSON into a text: an answer that is kept, a body that is to be posted.
    private static readonly string[] Nested = ["subject", "body", "event"];

    /// <summary>As it stands in JSON of ours.</summary>
    public byte[] Needle => ContractJson.Write(Id);

    /// <summary>Null when it does not name them.</summary>
    /// <param name="json">An object or a list of ours.</param>
    /// <param name="isOfRoom">Whether <c>user</c> is who spoke there.</param>
    public byte[]? In(ReadOnlySpan<byte> json, bool isOfRoom)
    {
        var root = JsonNode.Parse(json);
        return Visit(root, isOfRoom && InRooms) ? ContractJson.Write(root) : null;
    }

    private bool Visit(JsonNode? node, bool isOfRoom) => node switch
    {
        JsonObject fields => VisitFields(fields, isOfRoom),
        JsonArray items => items.Aggregate(false, (found, item) => Visit(item, isOfRoom) | found),
        _ => false,
    };

    private bool VisitFields(JsonObject fields, bool isOfRoom)
    {
        var found = false;
        var isTheirs = isOfRoom && IsThem(fields["user"]);
        foreach (var (name, value) in fields.ToList())
        {
            if ((name == "person" || (isOfRoom && name is "user" or "by")) && IsThem(value))
            {
                fields[name] = Alias;
                found = true;
            }
            else if (isOfRoom && name is "data" or "key")
            {
                // Their words go with them; what others said is kept as it is, and is not looked into.
                found |= isTheirs && Clear(fields, name);
            }
            else if (name is "path" or "what" && Text(value) is { } path && NamesThem(path))
            {
                fields[name] = PeoplePath + Alias + Rest(path);

                // On the audit trail: what they were called before and after.
                fields.Remove("changes");
                found = true;
            }
            else if (Nested.Contains(name) && Text(value) is ['{', ..] text)
            {
                found |= VisitText(fields, name, text, isOfRoom);
            }
            else if (isOfRoom && name == Id)
            {
                // A list by participant.
                fields.Remove(name);
                fields[Alias] = value;
                found = true;
            }
            else
            {
                found |= Visit(value, isOfRoom);
            }
        }

        return found;
    }

    private bool VisitText(JsonObject fields, string name, string text, bool isOfRoom)
    {
        try
        {
            var inner = JsonNode.Parse(text);
            if (Visit(inner, isOfRoom))
            {
                fields[name] = inner!.ToJsonString(ContractJson.Options);
                return true;
            }

            return false;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Clear(JsonObject fields, string name)
    {
        if (name == "key")
        {
            return fields.Remove(name);
        }

        fields[name] = null;
        return true;
    }

    private bool NamesThem(string path) =>
        path.StartsWith(PeoplePath, StringComparison.OrdinalIgnoreCase) && path.Length > PeoplePath.Length
        && path[PeoplePath.Length..^Rest(path).Length] is var id && (id == Id || Uri.UnescapeDataString(id) == Id);

    // Behind the id there may be more.
    private static string Rest(string path) => path.IndexOf('/', PeoplePath.Length) is > 0 and var end ? path[end..] : "";

    private bool IsThem(JsonNode? value) => Text(value) == Id;

    private static string? Text(JsonNode? value) => value is JsonValue one && one.TryGetValue<string>(out var text) ? text : null;
}
