using Gateway.Journal;

namespace Gateway.Tests.Journal;

public sealed class RetentionPolicyTests
{
    private static readonly DateTimeOffset Now = Some.Now;

    [TestCase("all", null, null, null)]
    [TestCase("90d", 90, null, null)]
    [TestCase("1000", null, 1_000L, null)]
    [TestCase("2GB", null, null, 2_000_000_000L)]
    [TestCase(" 7d  500 3mb ", 7, 500L, 3_000_000L)]
    public void Rule_AsSettingsWriteIt_IsRead(string text, int? days, long? events, long? bytes)
    {
        Assert.That(RetentionRule.TryParse(text, out var rule), Is.True);
        Assert.That(rule, Is.EqualTo(new RetentionRule(days is { } age ? TimeSpan.FromDays(age) : null, events, bytes)));
    }

    [TestCase("")]
    [TestCase("soon")]
    [TestCase("0d")]
    [TestCase("-5")]
    [TestCase("90 days")]
    [TestCase("99999999d")]
    public void Rule_ThatIsNone_IsRefused(string text) => Assert.That(RetentionRule.TryParse(text, out _), Is.False);

    // Events 1…5, a day apart, the oldest five days old, of 100 bytes each.
    [TestCase("all", new long[0], TestName = "Beyond_NoBound_KeepsAll")]
    [TestCase("3d", new long[] { 1, 2 }, TestName = "Beyond_Age_TakesTheOlder")]
    [TestCase("2", new long[] { 1, 2, 3 }, TestName = "Beyond_Count_TakesTheOldest")]
    [TestCase("4 3d", new long[] { 1, 2 }, TestName = "Beyond_TwoBounds_TakesWhatEitherDoes")]
    [TestCase("1", new long[] { 1, 2, 3, 4 }, TestName = "Beyond_NewestOfTheJournal_Stays")]
    public void Beyond(string rule, long[] gone) => Assert.That(Gone(rule, needed: [], total: 5), Is.EqualTo(gone));

    [Test]
    public void Beyond_WhatAnUnfinishedChannelNeeds_IsPassedOver_AndCostsTheOthersNothing() =>
        Assert.That(Gone("2", needed: [1, 3], total: 5), Is.EqualTo(new long[] { 2 }));

    [Test]
    public void Beyond_Size_IsCountedInBytes()
    {
        Assert.That(RetentionRule.TryParse("1MB", out var rule), Is.True);
        var oldest = Enumerable.Range(1, 5).Select(i => new OldEvent(i, 1, i, Now, 400_000, IsNeeded: false));

        Assert.That(RetentionPolicy.Beyond(rule, oldest, new(5, 2_000_000), 5, Now).Gone.Select(old => old.Position), Is.EqualTo(new long[] { 1, 2, 3 }));
    }

    private static IEnumerable<long> Gone(string text, long[] needed, int total)
    {
        Assert.That(RetentionRule.TryParse(text, out var rule), Is.True);
        var oldest = Enumerable.Range(1, total).Select(i => new OldEvent(i, 1, i, Now - TimeSpan.FromDays(total + 1 - i), 100, needed.Contains(i)));
        return RetentionPolicy.Beyond(rule, oldest, new(total, total * 100), total, Now).Gone.Select(old => old.Position);
    }
}
