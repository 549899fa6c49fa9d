using System.Globalization;

namespace Gateway.Bench;

/// <summary>What the scanners and services of the measurement say. The number of a message can be found again in the frame it caused.</summary>
internal static class Payloads
{
    private static readonly byte[] ScanMarker = "\"id\":\"7-"u8.ToArray();
    private static readonly byte[] JobMarker = "\"done\":"u8.ToArray();

    public static string Device(int index) => string.Create(CultureInfo.InvariantCulture, $"bench-{index:000}");

    public static string ScanTopic(int index, string enrollment) => $"scanners/{Device(index)}/enrollments/{enrollment}/scans/1";

    /// <summary>A finger that was not read well enough: of all scan messages the one that may come any number of times.</summary>
    public static string Scan(int number, int slot) =>
        $$"""{"id":"7-{{number}}","status":"retry","step":1,"of":10,"slot":{{slot}},"reason":"messy","uptime":{{number}}}""";

    public static string JobProgress(int number) => $$"""{"type":"progress","done":{{number}},"total":100000000,"key":"7-{{number}}"}""";

    public static string JobProgress(int number, string message) => message.Length == 0 ? JobProgress(number)
        : $$"""{"type":"progress","done":{{number}},"total":100000000,"key":"8-{{number}}","message":"{{message}}"}""";

    /// <summary>The number of the message behind a frame; -1 where the frame is none of ours.</summary>
    public static int NumberIn(ReadOnlySpan<byte> frame, string stream)
    {
        var marker = stream == "jobs" ? JobMarker : ScanMarker;
        var at = frame.IndexOf(marker);
        if (at < 0)
        {
            return -1;
        }
        var number = 0;
        for (at += marker.Length; at < frame.Length && frame[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            number = (number * 10) + (frame[at] - '0');
        }
        return number;
    }
}
