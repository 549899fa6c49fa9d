using System.Text;

namespace Gateway.Operations.Metrics;

/// <summary>The labels of a series, in one order whoever measured.</summary>
internal sealed class LabelSet : IEquatable<LabelSet>
{
    public static readonly LabelSet None = new([]);

    private readonly KeyValuePair<string, object?>[] _labels;
    private readonly int _hash;

    // Made when it is first written; a race makes the same text twice.
    private string? _text;

    public LabelSet(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        _labels = labels.ToArray();
        if (_labels.Length > 1)
        {
            Array.Sort(_labels, static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        }

        var hash = new HashCode();
        foreach (var (name, value) in _labels)
        {
            hash.Add(name);
            hash.Add(value);
        }

        _hash = hash.ToHashCode();
    }

    public bool Equals(LabelSet? other) => other is not null && _hash == other._hash && _labels.AsSpan().SequenceEqual(other._labels);

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode() => _hash;

    /// <summary>As Prometheus writes it, without the braces: <c>cause="disk_full",kind="jobs"</c>.</summary>
    public override string ToString() => _text ??= string.Join(',', _labels.Select(label => $"{MetricsText.Name(label.Key)}=\"{Escaped(label.Value)}\""));

    private static string Escaped(object? value)
    {
        var text = new StringBuilder(value switch { bool truth => truth ? "true" : "false", _ => $"{value}" });
        return text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").ToString();
    }
}
