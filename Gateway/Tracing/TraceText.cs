using System.Globalization;

namespace Gateway.Tracing;

/// <summary>A trace for a terminal: a line a scan, with what each hop took; a line a page beneath it.</summary>
internal static class TraceText
{
    public static void Write(Trace trace, TextWriter output)
    {
        foreach (var scan in trace.Scans)
        {
            output.WriteLine($"scan {scan.Step}  {Line(scan)}");
            foreach (var page in scan.Pages)
            {
                var (sent, acknowledged) = (Hop("sent", page.Sent, scan.Durable), Hop("acknowledged", page.Acknowledged, page.Sent));
                output.WriteLine($"        page {page.Subscriber}: {sent} → {acknowledged}");
            }

            if (scan.Stopped is { } reason)
            {
                output.WriteLine($"        stopped: {reason}");
            }
        }

        output.WriteLine(trace.Explanation);
    }

    private static string Line(TracedScan scan) => scan switch
    {
        { Durable: null } => "has not arrived",
        { Received: null } => $"inferred {Clock(scan.Durable)}",
        _ => $"{Hop("device", scan.Device, null)} → {Hop("received", scan.Received, scan.Device)} → {Hop("durable", scan.Durable, scan.Received)}",
    };

    private static string Hop(string name, DateTimeOffset? at, DateTimeOffset? before) => (at, before) switch
    {
        (null, _) => $"not {name}",
        (_, null) => $"{name} {Clock(at)}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{name} {Clock(at)} (+{(at - before).Value.TotalMilliseconds:0} ms)"),
    };

    private static string Clock(DateTimeOffset? at) => at!.Value.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
