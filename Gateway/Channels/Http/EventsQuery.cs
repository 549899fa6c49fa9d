using System.Globalization;
using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Channels.Http;

/// <summary>since, epoch, limit and wait of a request for events.</summary>
internal sealed record EventsQuery(Cursor Cursor, int Limit, TimeSpan Wait)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;
    private const int MaxWaitSeconds = 30;

    public static EventsQuery Read(HttpRequest request) => new(
        new(request.Query["epoch"], Number(request, "since", 0, long.MaxValue) ?? 0),
        (int)(Number(request, "limit", 1, MaxLimit) ?? DefaultLimit),
        TimeSpan.FromSeconds(Number(request, "wait", 0, MaxWaitSeconds) ?? 0));

    /// <summary>
    /// Where an event stream goes on: Last-Event-ID before since and epoch; with neither, live. One that is not ours is a cursor that means nothing
    /// here: a browser that is refused for it would never come again.
    /// </summary>
    public static Cursor ReadLive(HttpRequest request)
    {
        if (request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last)
        {
            var colon = last.LastIndexOf(':');
            return Parse(last[(colon + 1)..]) is { } cursor ? new(colon > 0 ? last[..colon] : "", cursor) : new("", long.MaxValue);
        }

        return new(request.Query["epoch"], Number(request, "since", 0, long.MaxValue));
    }

    public static long? Number(HttpRequest request, string field, long min, long max)
    {
        if (request.Query[field].ToString() is not { Length: > 0 } text)
        {
            return null;
        }

        return Parse(text) is { } number && number >= min && number <= max ? number
            : throw RequestRefusedException.Invalid(field, $"{field} is a whole number from {min}{(max == long.MaxValue ? "" : $" to {max}")}.");
    }

    private static long? Parse(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
