using System.Text.RegularExpressions;

namespace Gateway.Tests.Architecture;

/// <summary>Habits that no compiler checks.</summary>
public sealed partial class HabitTests
{
    [Test]
    public void Tests_NeverSleep() =>
        AssertNowhere(Repository.Sources("Gateway.Tests"), Sleep(), "wait for a signal (TaskCompletionSource, Eventually), not for time");

    [Test]
    public void Product_WaitsOnlyByTimeProvider() =>
        AssertNowhere(Repository.Sources("Gateway"), RealTime(), "take the time, and every wait, from TimeProvider");

    [Test]
    public void NoMethod_IsAsyncVoid() =>
        AssertNowhere(AllSources(), AsyncVoid(), "return a Task that somebody stores and awaits");

    [Test]
    public void NoTask_IsThrownAway() =>
        AssertNowhere(AllSources(), DiscardedTask(), "store the task under a name, cancel it, await it");

    [Test]
    public void NoCatch_IsEmpty() =>
        AssertNowhere(AllSources(), EmptyCatch(), "return it or log it; a comment does not handle it");

    [Test]
    public void NoLine_IsWiderThan160Columns()
    {
        var wide = AllSources().SelectMany(path => Repository.Read(path).Split('\n').Index()
            .Where(line => line.Item.Length > 160).Select(line => $"{path}:{line.Index + 1}"));

        Findings.AssertNone(wide, "Break the line");
    }

    [Test]
    public void NoSourceOfTheProduct_IsLongerThan300Lines()
    {
        var lengths = Repository.Sources("Gateway").Select(path => (Path: path, Lines: Repository.Read(path).TrimEnd('\n').Split('\n').Length));

        Findings.AssertNone(
            lengths.Where(file => file.Lines > 300).Select(file => $"{file.Path}: {file.Lines}"),
            "Find the second idea in it, and give that a file");
    }

    [TestCase("Thread.Sleep(5);", true)]
    [TestCase("await Task.Delay(5);", true)]
    [TestCase("await Task\n    .Delay(5);", true)]
    [TestCase("// Task.Delay(5) would be a race", false)]
    [TestCase("var text = \"Task.Delay(5)\";", false)]
    [TestCase("var text = @\"a\"\"Task.Delay(5)\";", false)]
    [TestCase("var quote = '\"'; await Task.Delay(5);", true)]
    public void SleepSearch_FindsCode_NotTextOrComments(string source, bool found) =>
        Assert.That(Sleep().IsMatch(SourceText.CodeOnly(source)), Is.EqualTo(found));

    [TestCase("try { F(); } catch { }", true)]
    [TestCase("try { F(); } catch (IOException e) when (e.HResult == (1)) { /* nothing */ }", true)]
    [TestCase("try { F(); } catch (IOException) { G(); }", false)]
    public void EmptyCatchSearch_SeesThroughComments(string source, bool found) =>
        Assert.That(EmptyCatch().IsMatch(SourceText.CodeOnly(source)), Is.EqualTo(found));

    private static void AssertNowhere(IEnumerable<string> sources, Regex habit, string instead)
    {
        var places = sources.SelectMany(path =>
        {
            var code = SourceText.CodeOnly(Repository.Read(path));
            return habit.Matches(code).Select(match => $"{path}:{SourceText.LineOf(code, match.Index)} {match.Value.ReplaceLineEndings(" ")}");
        });

        Findings.AssertNone(places, $"Instead: {instead}");
    }

    private static IEnumerable<string> AllSources() => Repository.Sources("Gateway").Concat(Repository.Sources("Gateway.Tests"));

    [GeneratedRegex(@"\b(Thread\s*\.\s*Sleep|Task\s*\.\s*Delay)\s*\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sleep();

    [GeneratedRegex(
        @"\bThread\s*\.\s*Sleep\s*\(" +
        @"|\bTask\s*\.\s*Delay\s*\((?![^;]*([tT]imeProvider|[cC]lock|[tT]ime)\b)" +
        @"|\bDateTime(Offset)?\s*\.\s*(Utc)?Now\b" +
        @"|\bnew\s+(System\.Threading\.)?(Periodic)?Timer\s*\((?![^;]*([tT]imeProvider|[cC]lock|[tT]ime)\b)",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex RealTime();

    [GeneratedRegex(@"\basync\s+void\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AsyncVoid();

    [GeneratedRegex(@"(?<![\w.])_\s*=\s*(Task\s*\.|[\w.]+Async\s*\()", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DiscardedTask();

    [GeneratedRegex(
        @"\bcatch\s*(\(([^()]|\([^()]*\))*\)\s*)?(when\s*\(([^()]|\(([^()]|\([^()]*\))*\))*\)\s*)?\{\s*\}",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex EmptyCatch();
}
