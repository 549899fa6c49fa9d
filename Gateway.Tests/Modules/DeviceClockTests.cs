using Gateway.Modules;
using Gateway.Modules.Devices;

namespace Gateway.Tests.Modules;

/// <summary>When something was at a scanner that has no clock.</summary>
public sealed class DeviceClockTests
{
    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;

    [SetUp]
    public void OpenJournal()
    {
        _folder = new();
        _some = SomeJournal.Open(_folder, new ManualTime());
    }

    [TearDown]
    public async Task CloseJournal()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Message_StoredAndSentLater_IsDatedByTheUptimeOfTheBirth()
    {
        await SetAsync("7-1", uptime: 60_000, at: 0);

        Assert.That(await DateAsync("7-2", uptime: 20_000, at: 0.2), Is.EqualTo(Some.Now.AddSeconds(-40)));
    }

    [Test]
    public async Task Message_SentAtOnce_IsNeverDatedAfterItsArrival()
    {
        await SetAsync("7-1", uptime: 1_000, at: 0.4);

        Assert.That(await DateAsync("7-2", uptime: 2_000, at: 1), Is.Null, "it came faster than the birth: the clock is mended");
        Assert.That(await DateAsync("7-3", uptime: 3_000, at: 9), Is.EqualTo(Some.Now.AddSeconds(2)));
    }

    [Test]
    public async Task Message_OfAnEarlierBoot_IsDatedByThatBoot()
    {
        await SetAsync("lab-7-1", uptime: 1_000, at: 0);
        await SetAsync("lab-8-1", uptime: 1_000, at: 100);

        Assert.That(await DateAsync("lab-7-2", uptime: 5_000, at: 101), Is.EqualTo(Some.Now.AddSeconds(4)), "the part before the last hyphen is the boot");
    }

    [Test]
    public async Task Message_OfABootThatNobodyHeardOf_IsNotDated() => Assert.That(await DateAsync("9-1", uptime: 5_000, at: 0), Is.Null);

    [TestCase("742", 1_000L, TestName = "Message_WithAnIdWithoutAHyphen_IsNeverDated")]
    [TestCase("7-2", null, TestName = "Message_WithoutUptime_IsNeverDated")]
    [TestCase("7-2", long.MaxValue, TestName = "Message_WithAnUptimeThatCannotBe_IsNeverDated")]
    public async Task Message(string id, long? uptime)
    {
        await SetAsync("7-1", uptime: 60_000, at: 0);
        await SetAsync("742", uptime: 60_000, at: 0);

        Assert.That(await DateAsync(id, uptime, at: 0), Is.Null);
    }

    [Test]
    public async Task Heartbeat_AfterAClockHasDrifted_SetsItRight()
    {
        await SetAsync("7-1", uptime: 1_000, at: 0);
        await SetAsync("7-2", uptime: 1_001_000, at: 1_010);

        Assert.That(await DateAsync("7-3", uptime: 1_000_000, at: 1_010.2), Is.EqualTo(Some.Now.AddSeconds(1_009)));
    }

    [Test]
    public async Task Boots_BeyondTheLastFew_AreForgotten()
    {
        for (var boot = 1; boot <= 20; boot++)
        {
            await SetAsync($"{boot}-1", uptime: 1_000, at: boot);
        }

        Assert.That(await DateAsync("1-2", uptime: 2_000, at: 30), Is.Null);
        Assert.That(await DateAsync("20-2", uptime: 2_000, at: 30), Is.EqualTo(Some.Now.AddSeconds(21)));
    }

    [Test]
    public async Task Clock_SurvivesARestart()
    {
        await SetAsync("7-1", uptime: 60_000, at: 0);
        await _some.DisposeAsync();
        _some = SomeJournal.Open(_folder, new ManualTime());

        Assert.That(await DateAsync("7-2", uptime: 50_000, at: 0), Is.EqualTo(Some.Now.AddSeconds(-10)));
    }

    private static EventSource Source(string id, long? uptime, double at) => new(Some.Device, id, uptime, Some.Now.AddSeconds(at));

    private Task<bool> SetAsync(string id, long? uptime, double at) => _some.Journal.WriteAsync(transaction =>
    {
        DeviceClock.Set(transaction, Source(id, uptime, at));
        return true;
    });

    private Task<DateTimeOffset?> DateAsync(string id, long? uptime, double at) =>
        _some.Journal.WriteAsync(transaction => DeviceClock.Date(transaction, Source(id, uptime, at)));
}
