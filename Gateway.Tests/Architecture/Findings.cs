namespace Gateway.Tests.Architecture;

internal static class Findings
{
    /// <summary>Passes when nothing was found, else names every finding and what to do about it.</summary>
    public static void AssertNone(IEnumerable<string> findings, string advice)
    {
        var all = findings.Distinct().Order(StringComparer.Ordinal).ToList();
        if (all.Count > 0)
        {
            Assert.Fail($"{string.Join('\n', all)}\n{all.Count} found. {advice}");
        }
    }
}
