using Gateway.Tests.Architecture;

namespace Gateway.Tests.Access;

/// <summary>The table of docs/security.md, row by row.</summary>
internal static class RightsTable
{
    private const string Head = "| what | operator | viewer | key | kiosk | scanner | nobody |";

    public static IReadOnlyList<RightsRow> Rows { get; } = [.. Repository.Read("docs/security.md").Split('\n')
        .SkipWhile(line => line != Head).Skip(2).TakeWhile(line => line.StartsWith('|')).Select(Parse)];

    private static RightsRow Parse(string line)
    {
        var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
        Assert.That(cells, Has.Length.EqualTo(7), line);
        var parts = cells[0].Trim('`').Split(' ', 2);
        return new(parts[0], parts[1], IsYes(cells[1]), IsYes(cells[2]), Scope(cells[3]), IsYes(cells[4]), IsYes(cells[5]), IsYes(cells[6]));
    }

    private static bool IsYes(string cell) => cell is "yes" || (cell is "–" ? false : throw new InvalidOperationException($"'{cell}' is neither yes nor –"));

    private static string? Scope(string cell) => cell is "yes" ? "" : cell is "–" ? null : cell.Trim('`');
}

/// <param name="Verb">A method, follow, publish or subscribe.</param>
/// <param name="Scope">What a key needs; empty: nothing; null: none helps.</param>
internal sealed record RightsRow(string Verb, string What, bool Operator, bool Viewer, string? Scope, bool Kiosk, bool Scanner, bool Nobody)
{
    public override string ToString() => $"{Verb} {What}";
}
