using System.Diagnostics.Metrics;

namespace Gateway.Operations.Metrics;

/// <summary>The bounds of a histogram's buckets: what its instrument advises, else what fits the unit in its name.</summary>
internal static class Buckets
{
    // From an append in memory to a request that somebody gave up on.
    private static readonly double[] Seconds =
        [0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

    private static readonly double[] Bytes = [64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

    private static readonly double[] Counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

    public static double[] Of(Instrument instrument) => Advised(instrument) is { Count: > 0 } advised ? [.. advised.Order()]
        : instrument.Name.EndsWith("_seconds", StringComparison.Ordinal) ? Seconds
        : instrument.Name.EndsWith("_bytes", StringComparison.Ordinal) ? Bytes
        : Counts;

    private static IReadOnlyList<double>? Advised(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
        Histogram<float> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToList(),
        Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToList(),
        Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToList(),
        _ => null,
    };
}
