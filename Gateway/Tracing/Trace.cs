using System.Text.Json.Serialization;

namespace Gateway.Tracing;

/// <summary>Where each scan went, hop by hop, or where it stopped; as the contract shows it.</summary>
internal sealed record Trace(IReadOnlyList<TracedScan> Scans, string Explanation);

/// <param name="Device">When the scanner captured it. This and the times behind it are null where the scan did not come so far.</param>
/// <param name="Stopped">Why it came no further.</param>
internal sealed record TracedScan(
    int Step,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Device,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Received,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Durable,
    IReadOnlyList<TracedPage> Pages,
    string? Stopped = null);

internal sealed record TracedPage(
    string Subscriber,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Sent,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? Acknowledged);
