namespace Gateway.Tests.Journal.Histories;

/// <summary>Thousands of random histories of journal, store and subscriptions. A failure names its seed; given to <c>Seed</c>, it is the same again.</summary>
public sealed class KernelHistoryTests
{
    [TestCase(1)]
    [TestCase(2026)]
    public void Seed(int seed)
    {
        using var history = new KernelHistory(seed);
        history.Run();
    }

    [Test]
    [Category("Slow")]
    public void Histories_OfAnySeed_EndWithEverybodyHavingTheirs()
    {
        for (var seed = 1; seed <= 3_000; seed++)
        {
            Check(seed, isLying: false);
        }
    }

    [Test]
    public void Seed_RunTwice_IsTheSameHistory()
    {
        using var first = new KernelHistory(7);
        using var second = new KernelHistory(7);
        first.Run();
        second.Run();

        Assert.That(first.Told, Is.Not.Empty.And.EqualTo(second.Told));
    }

    [Test]
    public void Disk_ThatLosesWhatItPromised_IsFoundOut() => Assert.That(
        () =>
        {
            for (var seed = 1; seed <= 300; seed++)
            {
                Check(seed, isLying: true);
            }
        },
        Throws.InstanceOf<InvalidOperationException>());

    private static void Check(int seed, bool isLying)
    {
        using var isolated = new NUnit.Framework.Internal.TestExecutionContext.IsolatedContext();
        using var history = new KernelHistory(seed, isLying);
        try
        {
            history.Run();
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"seed {seed}: {failure.Message}\n{string.Join('\n', history.Told)}", failure);
        }
    }
}
