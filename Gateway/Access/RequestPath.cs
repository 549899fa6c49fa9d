using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Access;

/// <summary>A request's path as it was sent, in parts that are decoded once: the framework resolves dots and leaves an encoded slash as it is.</summary>
internal static class RequestPath
{
    /// <summary>From behind the first slash on.</summary>
    public static IReadOnlyList<string> PartsOf(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw ? raw : context.Request.Path.Value ?? "";

        // The form that proxies are asked in has the host before it.
        var host = target.StartsWith('/') ? -1 : target.IndexOf("://", StringComparison.Ordinal);
        var start = host < 0 ? 0 : target.IndexOf('/', host + 3) is >= 0 and var slash ? slash : target.Length;
        var path = target[start..].Split('?', 2)[0];
        return [.. path.Split('/').Skip(1).Select(Uri.UnescapeDataString)];
    }

    /// <summary>Whether what is judged by one reading of the path and served by another would be the same thing: nothing in it leads elsewhere.</summary>
    public static bool IsStraight(HttpContext context) => PartsOf(context).All(part => part is not ("." or ".."));
}
