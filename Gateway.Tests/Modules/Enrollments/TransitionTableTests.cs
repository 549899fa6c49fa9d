using Gateway.Tests.Architecture;

namespace Gateway.Tests.Modules.Enrollments;

public sealed class TransitionTableTests
{
    private const string Begin = "<!-- drawn from the code: transitions -->\n";
    private const string End = "<!-- end -->\n";

    /// <summary>When it fails after a change that was meant: its "But was" is what the page has to show.</summary>
    [Test]
    public void Page_ShowsTheTransitionsOfTheCode()
    {
        var page = Repository.Read("docs/enrollment.md");
        var start = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var shown = page[start..page.IndexOf(End, start, StringComparison.Ordinal)];

        Assert.That(TransitionTable.Draw().Split('\n'), Is.EqualTo(shown.Split('\n')), TransitionTable.Draw());
    }
}
