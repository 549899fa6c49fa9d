namespace Gateway.Access;

/// <summary>Whether a request came through a proxy, by what proxies write into its headers.</summary>
internal static class Forwarding
{
    public static bool IsIn(HttpRequest request) =>
        request.Headers.ContainsKey("Forwarded") || request.Headers.ContainsKey("Via") || request.Headers.ContainsKey("X-Real-IP")
        || request.Headers.Keys.Any(name => name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase));
}
