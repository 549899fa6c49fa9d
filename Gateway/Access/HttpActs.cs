namespace Gateway.Access;

/// <summary>What a request asks for, told by its method and path alone, so that no module can forget to ask who may.</summary>
internal static class HttpActs
{
    /// <summary>What changes who there is, or cannot be undone, is more than daily work.</summary>
    private static readonly (string Method, string Kind, int Parts)[] Managing =
    [
        ("POST", "devices", 1), ("DELETE", "devices", 2), ("DELETE", "people", 2), ("GET", "people", 3), ("DELETE", "quarantine", 1),
    ];

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

    /// <summary>As it is told; anybody can make up others.</summary>
    public static string MethodOf(HttpRequest request) => Methods.Contains(request.Method) ? request.Method : "another method";

    /// <summary>As routes are written, however it was asked for: one thing has one name.</summary>
    public static string PathOf(HttpRequest request)
    {
        var parts = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        return $"/{string.Join('/', parts.Select((part, i) => i < 2 ? part.ToLowerInvariant() : part))}";
    }

    public static (Verb Verb, Resource What) Of(string method, PathString path)
    {
        var parts = (path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["api", ..] && !(parts.Length > 0 && parts[0].Equals("api", StringComparison.OrdinalIgnoreCase)))
        {
            var isOffer = parts.Length > 0 && parts[0].Equals("firmware", StringComparison.OrdinalIgnoreCase);
            return (Verb.Read, isOffer ? new(Resource.Offers) : new(parts is [var page, ..] ? page.Split('.')[0].ToLowerInvariant() : ""));
        }

        // Routes are found whatever the case of their fixed parts, so rights are as well; ids keep theirs.
        var kind = parts.Length > 1 ? parts[1].ToLowerInvariant() : "";
        var what = new Resource(kind, parts.Length > 2 ? parts[2] : null);
        var last = parts[^1].ToLowerInvariant();
        var isManaging = (kind == "devices" && last == "secret")
            || Array.Exists(Managing, act =>
                act.Kind == kind && act.Parts == parts.Length - 1 && act.Method.Equals(method, StringComparison.OrdinalIgnoreCase));
        var verb = isManaging ? Verb.Manage
            : HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || IsReceipt(method, kind, parts.Length, last) ? Verb.Read
            : kind == "rooms" && parts.Length > 3 && parts[3].Equals("messages", StringComparison.OrdinalIgnoreCase) ? Verb.Speak
            : Verb.Operate;
        return (verb, IsPartOfFeed(parts.Length, last) ? new(kind) : what);
    }

    /// <summary>Reading that takes much of it away at once: a copy of everything, or a table of all that was done or refused.</summary>
    public static bool IsTaking(HttpRequest request) => HttpMethods.IsGet(request.Method)
        && (request.Path.Value ?? "").ToLowerInvariant().Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["api", "backup"] or ["api", "quarantine", "export"] => true,
            ["api", "audit"] or ["api", "attendance"] => request.Query.ContainsKey("format"),
            _ => false,
        };

    /// <summary>That something has come, or was read.</summary>
    private static bool IsReceipt(string method, string kind, int parts, string last) =>
        HttpMethods.IsPost(method) && ((parts > 2 && last == "acks") || (kind == "rooms" && parts == 4 && last == "read"));

    // "/api/jobs/events" is the feed of all jobs, not a job called events.
    private static bool IsPartOfFeed(int parts, string last) => parts == 3 && last is "events" or "acks" or "receipts";
}
