using System.Text;

namespace Gateway.Operations.Metrics;

/// <summary>Prometheus' text format, version 0.0.4.</summary>
internal static class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            Write(text, family);
        }

        return text.ToString();
    }

    /// <summary>What stands for no letter, digit, underscore or colon becomes an underscore.</summary>
    public static string Name(string name)
    {
        var clean = new StringBuilder(name);
        for (var i = 0; i < clean.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(clean[i]) && clean[i] is not ('_' or ':'))
            {
                clean[i] = '_';
            }
        }

        return clean is [>= '0' and <= '9', ..] ? $"_{clean}" : clean.ToString();
    }

    private static void Write(StringBuilder text, MetricFamily family)
    {
        var series = family.Series.ToList();
        if (series.Count == 0)
        {
            return;
        }

        var name = Name(family.Name);
        if (family.Help.Length > 0)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(family.Help.Replace("\\", "\\\\").Replace("\n", "\\n")).Append('\n');
        }

        text.Append("# TYPE ").Append(name).Append(' ').Append(family.Kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        }).Append('\n');
        foreach (var one in series)
        {
            if (family.Kind == MetricKind.Histogram)
            {
                WriteHistogram(text, name, one);
            }
            else
            {
                Line(text, name, one.Labels.ToString(), one.Value);
            }
        }
    }

    private static void WriteHistogram(StringBuilder text, string name, MetricSeries series)
    {
        var labels = series.Labels.ToString();
        var count = 0L;
        foreach (var bucket in series.Buckets())
        {
            count = bucket.Count;
            Line(text, $"{name}_bucket", $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{Number(bucket.Bound)}\"", count);
        }

        Line(text, $"{name}_sum", labels, series.Value);
        Line(text, $"{name}_count", labels, count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R"),
    };
}
