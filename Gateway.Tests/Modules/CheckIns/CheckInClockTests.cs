using Gateway.Modules.CheckIns;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Modules.CheckIns;

public sealed class CheckInClockTests
{
    private ManualTime _time = null!;
    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;
    private SomeSite _site = null!;
    private CheckInClock _clock = null!;

    [SetUp]
    public void OpenJournal()
    {
        _time = new();
        _folder = new();
        _some = SomeJournal.Open(_folder, _time);
        _site = new(_some.Journal, new() { TimeZone = "Europe/Berlin", Closing = "22:00" });
        _clock = new(_some.Journal, _site.Desk, _site.Options, _time, NullLogger<CheckInClock>.Instance);
    }

    [TearDown]
    public async Task CloseJournal()
    {
        await _clock.DisposeAsync();
        await _some.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Person_StillInsideAtClosing_IsCheckedOutThen_AndMarkedAsForgotten()
    {
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromHours(10));
        await _clock.CloseAsync(CancellationToken.None);
        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in" }), "not yet");

        _time.Advance(TimeSpan.FromHours(2));
        await _clock.CloseAsync(CancellationToken.None);
        await _clock.CloseAsync(CancellationToken.None);
        var closed = (await _site.EventsAsync())[^1];
        var day = (await _site.StateAsync()).Days.Single();
        Assert.That(await _site.TypesAsync(), Is.EqualTo(new[] { "in", "out" }));
        Assert.That((closed.At, closed.Read<CheckInEvents.AnyData>().Closed), Is.EqualTo((Some.Now.AddHours(11), true)));
        Assert.That((day.Closed, day.Stays, day.AverageMinutes), Is.EqualTo((1, 0, (double?)null)), "nobody knows how long it was");
    }

    [Test]
    public async Task CheckOut_ThatComesAfterTheClosing_TakesItsPlace()
    {
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromHours(12));
        await _clock.CloseAsync(CancellationToken.None);
        await _site.MarkAsync("Ada", Some.Now.AddHours(8));
        var state = await _site.StateAsync();

        Assert.That((state.Inside, state.Days.Single().Closed, state.Days.Single().AverageMinutes), Is.EqualTo((0, 0, 480)));
    }

    [Test]
    public async Task Service_AwayForAMonth_ClosesAtTheFirstClosing_Once()
    {
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromDays(30));
        await _clock.CloseAsync(CancellationToken.None);
        await _clock.CloseAsync(CancellationToken.None);

        Assert.That((await _site.EventsAsync()).Select(stored => stored.At), Is.EqualTo(new[] { Some.Now, Some.Now.AddHours(11) }));
        Assert.That((await _site.StateAsync()).Inside, Is.Zero);
    }

    [Test]
    public async Task Loop_OnceAMinute_Closes()
    {
        await _site.MarkAsync("Ada", Some.Now);
        _time.Advance(TimeSpan.FromHours(12));
        _clock.Start();
        await _time.PassWaitAsync(TimeSpan.FromMinutes(1));

        await Eventually.HoldsAsync(async () => (await _site.StateAsync()).Inside == 0, "closed");
    }
}
