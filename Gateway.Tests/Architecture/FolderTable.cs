using System.Text.RegularExpressions;

namespace Gateway.Tests.Architecture;

/// <summary>One row of the table in ARCHITECTURE.md: a folder of Gateway/ and the folders outside it that its code may name.</summary>
internal sealed record FolderRow(string Folder, IReadOnlyList<string> MayUse);

/// <summary>The arrows between folders. The table in ARCHITECTURE.md is the only place where they stand; the tests read it there.</summary>
internal sealed partial class FolderTable(IReadOnlyList<FolderRow> rows)
{
    public IReadOnlyList<FolderRow> Rows { get; } = rows;

    public static FolderTable Read() => Parse(Repository.Read("ARCHITECTURE.md"));

    public static FolderTable Parse(string markdown) =>
        new([.. Row().Matches(markdown).Select(row => new FolderRow(row.Groups["folder"].Value, [.. Names(row.Groups["uses"].Value)]))]);

    /// <summary>The most specific row that speaks for a folder; none for a folder that the table forgot.</summary>
    public FolderRow? RowOf(string folder) => Rows.Where(row => Holds(row.Folder, folder)).MaxBy(row => row.Folder.Length);

    /// <summary>
    /// Inside one row everything may be used. Across rows only what is named: <c>Broker</c> is the folder itself, <c>Broker/Protocol</c> that
    /// folder, so a part that is not named stays inside. <c>*</c> is everything.
    /// </summary>
    public bool Allows(string from, string to)
    {
        var row = RowOf(from);
        return row is not null && (row == RowOf(to) || row.MayUse.Contains(to) || row.MayUse.Contains("*"));
    }

    private static IEnumerable<string> Names(string cell) => Name().Matches(cell).Select(name => name.Groups["name"].Value);

    private static bool Holds(string row, string folder) => folder == row || folder.StartsWith(row + "/", StringComparison.Ordinal);

    [GeneratedRegex(@"^\| `(?<folder>[A-Z][A-Za-z/]*?)/?` \|[^|]*\|(?<uses>[^|]*)\|\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
