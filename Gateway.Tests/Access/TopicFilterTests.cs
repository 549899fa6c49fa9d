using FsCheck;
using FsCheck.Fluent;
using Gateway.Access;

namespace Gateway.Tests.Access;

public sealed class TopicFilterTests
{
    [TestCase("#", "a", true)]
    [TestCase("#", "a/b/c", true)]
    [TestCase("#", "#", true)]
    [TestCase("#", "+/b", true)]
    [TestCase("#", "$SYS/x", false)]
    [TestCase("+", "$SYS", false)]
    [TestCase("+/x", "$SYS/x", false)]
    [TestCase("$SYS/#", "$SYS/x", true)]
    [TestCase("$SYS/#", "$SYS/+/y", true)]
    [TestCase("$SYS/#", "#", false)]
    [TestCase("a/#", "a", true)]
    [TestCase("a/#", "a/b", true)]
    [TestCase("a/#", "a/+/c", true)]
    [TestCase("a/#", "ab", false)]
    [TestCase("a/#", "+", false)]
    [TestCase("a/#", "#", false)]
    [TestCase("a/+", "a/b", true)]
    [TestCase("a/+", "a/+", true)]
    [TestCase("a/+", "a/#", false)]
    [TestCase("a/+", "a", false)]
    [TestCase("a/+", "a/b/c", false)]
    [TestCase("a/+", "a/", true)]
    [TestCase("a/b", "a/b", true)]
    [TestCase("a/b", "a/+", false)]
    [TestCase("a/b", "A/b", false)]
    [TestCase("+/#", "#", true)]
    [TestCase("a/#", "$share/group/a/b", true)]
    [TestCase("a/#", "$share/group/b", false)]
    [TestCase("a/#", "$share/group/#", false)]
    [TestCase("#", "$share/group/a", true)]
    [TestCase("#", "$share/group/$SYS/x", false)]
    public void Filter_AgainstAnother_CoversAsTheStandardSays(string filter, string other, bool covers) =>
        Assert.That(new TopicFilter(filter).Covers(other), Is.EqualTo(covers));

    [Test]
    public void Filter_Covers_WhenEveryTopicOfTheOtherIsItsOwn()
    {
        var topics = Topics().ToList();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Filters().Two().ToArbitrary(), pair =>
        {
            var (filter, other) = pair;
            var expected = topics.Where(topic => Matches(other, topic)).All(topic => Matches(filter, topic));
            Assert.That(new TopicFilter(filter).Covers(other), Is.EqualTo(expected), $"{filter} covers {other}");
        }));
    }

    // Three words a level, so that no filter of them does the work of "+"; one level deeper than the filters, so that "#" shows.
    private static IEnumerable<string> Topics()
    {
        string[] words = ["a", "b", "c"];
        List<string> level = [.. words, "$a"];
        for (var depth = 1; depth <= 4; depth++)
        {
            foreach (var topic in level)
            {
                yield return topic;
            }

            level = [.. level.SelectMany(topic => words.Select(word => $"{topic}/{word}"))];
        }
    }

    private static Gen<string> Filters() =>
        from first in Gen.Elements("a", "b", "+", "$a", "#")
        from second in Gen.Elements("", "/a", "/+", "/#")
        from third in Gen.Elements("", "/b", "/+", "/#")
        select first == "#" ? first : second is "/#" or "" ? first + second : first + second + third;

    // Said as plainly as the standard has it, to hold the product's answer against.
    private static bool Matches(string filter, string topic) =>
        !(topic[0] == '$' && (filter[0] is '#' or '+')) && MatchesFrom(filter.Split('/'), topic.Split('/'), 0);

    private static bool MatchesFrom(string[] levels, string[] parts, int at)
    {
        if (at == levels.Length || levels[at] == "#")
        {
            return at < levels.Length || at == parts.Length;
        }

        return at < parts.Length && (levels[at] == "+" || levels[at] == parts[at]) && MatchesFrom(levels, parts, at + 1);
    }
}
