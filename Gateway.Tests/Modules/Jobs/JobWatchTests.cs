using Gateway.Modules.Jobs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Modules.Jobs;

public sealed class JobWatchTests
{
    private ManualTime _time = null!;
    private JobWatch _watch = null!;

    [SetUp]
    public void Start()
    {
        _time = new();
        _watch = new(_time, NullLogger<JobWatch>.Instance);
        _watch.Start();
    }

    [TearDown]
    public async Task StopAsync() => await _watch.DisposeAsync();

    [Test]
    public async Task Job_SilentForItsTime_IsStalled_UntilItIsHeardOfAgain()
    {
        var job = new SomeJob(total: 4, stalledAfter: 10).State;
        _watch.Heard(job);
        await _time.PassWaitAsync(TimeSpan.FromSeconds(1));
        Assert.That(_watch.Stalled, Is.Empty);

        _time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(() => _watch.Stalled.Contains(job.Id), "stalled");

        _watch.Heard(job with { At = _time.GetUtcNow() });
        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.HoldsAsync(() => _watch.Stalled.Count == 0, "moves again");
    }

    [Test]
    public async Task Job_ThatHasEnded_IsNotStalled()
    {
        var job = new SomeJob(total: 4, stalledAfter: 10).After("""{"type":"progress","done":1}""");
        var other = job.State with { Id = "other" };
        _watch.Heard(job.State);
        _watch.Heard(other);
        _watch.Heard(job.After("""{"type":"complete"}""").State);
        _time.Advance(TimeSpan.FromSeconds(30));
        await Eventually.HoldsAsync(() => _watch.Stalled.Contains("other"), "the other is stalled");

        Assert.That(_watch.Stalled, Is.EqualTo(new[] { "other" }));
    }

    [Test]
    public void State_SaysWhenItStalls_WithoutAClock()
    {
        var job = new SomeJob(stalledAfter: 10);

        Assert.That(job.State.StallsAt, Is.EqualTo(Some.Now.AddSeconds(10)));
        Assert.That((job.State.IsStalled(Some.Now.AddSeconds(9)), job.State.IsStalled(Some.Now.AddSeconds(10))), Is.EqualTo((false, true)));
        Assert.That(job.After("""{"type":"complete"}""").State.StallsAt, Is.Null);
        Assert.That(new SomeJob().State.IsStalled(DateTimeOffset.MaxValue), Is.False);
    }
}
