using System.Text.Json.Nodes;

namespace Gateway.Tests.Contract;

/// <summary>Which operations of the document have to be on the audit trail: all that change something, but for what has a history of its own.</summary>
internal static class ApiActs
{
    // As docs/protocol.md has it: the traffic of programs and pages.
    private static readonly string[] Elsewhere = ["/api/jobs", "/api/rooms", "/api/tickets"];

    // A screen that asks for a code has changed nothing yet; one that asks whether it was confirmed is told of when it was.
    private static readonly string[] Nothing = ["/api/kiosks/pairings", "/api/kiosks/pairings/{code}"];

    // A reader says what it has seen; a link without credentials signs nobody out.
    private static readonly string[] Said = ["/acks", "/read"];

    private static readonly string[] Taking = ["GET /api/backup", "GET /api/quarantine/export", "GET /api/people/{id}/export"];

    public static bool AreOnTheTrail(ApiOperation operation) => Taking.Contains(operation.ToString())
        || (operation.Method != "GET" && operation.ToString() != "DELETE /api/sign-in" && !Nothing.Contains(operation.Path)
            && !Elsewhere.Any(kind => operation.Path == kind || operation.Path.StartsWith($"{kind}/", StringComparison.Ordinal))
            && !Said.Any(end => operation.Path.EndsWith(end, StringComparison.Ordinal)));

    /// <summary>Whether this is what the trail tells of it; whoever is forgotten has another name there.</summary>
    public static bool IsOf(ApiOperation operation, string path, JsonNode act) => (string?)act["method"] == operation.Method
        && (operation.ToString() == "DELETE /api/people/{id}"
            ? $"{act["path"]}".StartsWith("/api/people/forgotten-", StringComparison.Ordinal)
            : (string?)act["path"] == Uri.UnescapeDataString(path));
}
