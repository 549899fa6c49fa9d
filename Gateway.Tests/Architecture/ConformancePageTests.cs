using System.Text.RegularExpressions;

namespace Gateway.Tests.Architecture;

/// <summary>docs/mqtt-conformance.md names a test for each clause of the standard; the test has to exist.</summary>
public sealed partial class ConformancePageTests
{
    // How many numbered statements each section of MQTT 5.0 has; 2.2.1 begins with the second.
    private static readonly string[] s_sections =
    [
        "1.5.4 3", "1.5.5 1", "1.5.7 1", "2.1.3 1", "2.2.1 6", "2.2.2 1", "3.1.0 2", "3.1.2 30", "3.1.3 12", "3.1.4 6", "3.2.0 2", "3.2.2 22", "3.3.1 13",
        "3.3.2 20", "3.3.4 10", "3.4.2 3", "3.5.2 3", "3.6.1 1", "3.6.2 3", "3.7.2 3", "3.8.1 1", "3.8.3 5", "3.8.4 8", "3.9.2 2", "3.9.3 2", "3.10.1 1",
        "3.10.3 2", "3.10.4 6", "3.11.2 2", "3.11.3 2", "3.12.4 1", "3.14.0 1", "3.14.1 1", "3.14.2 4", "3.14.4 3", "3.15.1 1", "3.15.2 3", "4.1.0 2",
        "4.2.0 1", "4.3.1 1", "4.3.2 5", "4.3.3 13", "4.4.0 2", "4.5.0 2", "4.6.0 6", "4.7.0 1", "4.7.1 2", "4.7.2 1", "4.7.3 4", "4.8.2 6", "4.9.0 3",
        "4.12.0 7", "4.12.1 2", "4.13.1 1", "4.13.2 1", "6.0.0 4",
    ];

    private static readonly string s_page = Repository.Read("docs/mqtt-conformance.md");

    [Test]
    public void Test_NamedOnThePage_Exists()
    {
        var tests = typeof(ConformancePageTests).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods().Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet(StringComparer.Ordinal);
        var named = NamedTest().Matches(s_page).Select(static match => match.Groups["test"].Value).ToList();
        Assert.That(named, Is.Not.Empty);
        Findings.AssertNone(named.Where(name => !tests.Contains(name)), "Name a test that shows the clause");
    }

    [Test]
    public void Clause_OfMqtt5_StandsOnThePageOnceOrIsLeftOutWithAReason()
    {
        var rows = Clauses(s_page[..s_page.IndexOf("## MQTT 3.1.1", StringComparison.Ordinal)]).ToList();
        var leftOut = Clauses(s_page[s_page.IndexOf("## Left out", StringComparison.Ordinal)..]).ToList();
        var all = s_sections.Select(static section => section.Split(' '))
            .SelectMany(static s => Enumerable.Range(s[0] == "2.2.1" ? 2 : 1, int.Parse(s[1]) - (s[0] == "2.2.1" ? 1 : 0)).Select(n => $"{s[0]}-{n}"))
            .ToList();
        Assert.That(rows, Is.Unique);
        Findings.AssertNone(all.Except(rows).Except(leftOut), "Say which test shows the clause, or why it is left out");
        Findings.AssertNone(rows.Concat(leftOut).Except(all), "The standard has no such clause");
        Findings.AssertNone(rows.Intersect(leftOut), "A clause is either shown or left out");
    }

    /// <summary>"MQTT-3.4.2-2, -3" and "4.6.0-1 to -4" are short for several.</summary>
    private static IEnumerable<string> Clauses(string text)
    {
        foreach (var cell in Row().Matches(text).Select(static row => row.Groups["clauses"].Value.Replace("MQTT-", "", StringComparison.Ordinal)))
        {
            var section = "";
            foreach (var part in cell.Split(", "))
            {
                var range = part.Split(" to ");
                var dash = range[0].LastIndexOf('-');
                section = dash > 0 ? range[0][..dash] : section;
                var first = int.Parse(range[0][(dash + 1)..]);
                var last = range.Length > 1 ? int.Parse(range[1][1..]) : first;
                foreach (var number in Enumerable.Range(first, last - first + 1))
                {
                    yield return $"{section}-{number}";
                }
            }
        }
    }

    [GeneratedRegex("`(?<test>[A-Z][A-Za-z0-9]*Tests\\.[A-Za-z0-9_]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"^\| (?<clauses>MQTT-[^|]+?) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
