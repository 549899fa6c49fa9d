namespace Gateway.Bench;

/// <summary>The one table: a row per figure, a column per peer, and how many times the first peer's figure is the others'.</summary>
internal sealed class Report(IReadOnlyList<string> peers)
{
    private const int Label = 38;
    private const int Column = 18;
    private readonly List<string> lines = [];

    public void Head()
    {
        lines.Add("".PadRight(Label) + string.Concat(peers.Select(peer => peer.PadLeft(Column)))
            + string.Concat(peers.Skip(1).Select(peer => $"÷ {peer}".PadLeft(Column + 2))));
    }

    public void Row(string label, Func<string, double?> figure, string format)
    {
        var figures = peers.Select(figure).ToList();
        var ratios = figures.Skip(1).Select(other => figures[0] / other);
        lines.Add(label.PadRight(Label) + string.Concat(figures.Select(value => Text(value, format).PadLeft(Column)))
            + string.Concat(ratios.Select(value => Text(value, "0.00").PadLeft(Column + 2))));
    }

    public void Gap() => lines.Add("");

    public override string ToString() => string.Join('\n', lines);

    private static string Text(double? value, string format) => value is { } number && double.IsFinite(number) ? number.ToString(format) : "–";
}
