using Gateway.Operations;

namespace Gateway.Tests.Operations;

public sealed class IdleTrimTests
{
    private const long Megabyte = 1 << 20;

    private long _allocated;
    private int _collected;
    private IdleTrim _trim = null!;

    [SetUp]
    public void Start()
    {
        (_allocated, _collected) = (0, 0);
        _trim = new(TimeProvider.System, () => _collected++, () => _allocated);
    }

    [TearDown]
    public async Task StopAsync() => await _trim.DisposeAsync();

    [Test]
    public void Rush_WhileItLasts_IsNotHeldUp()
    {
        for (var second = 0; second < 100; second++)
        {
            Allocate(Megabyte);
        }

        Assert.That(_collected, Is.Zero);
    }

    [Test]
    public void Rush_WhenItIsOver_IsCollectedOnce()
    {
        Allocate(20 * Megabyte);
        for (var second = 0; second < 100; second++)
        {
            Allocate(1_000);
        }

        Assert.That(_collected, Is.EqualTo(1));
    }

    [Test]
    public void LittleByLittle_IsCollectedNowAndThen()
    {
        for (var second = 0; second < 3_600; second++)
        {
            Allocate(10_000);
        }

        Assert.That(_collected, Is.InRange(5, 10));
    }

    private void Allocate(long bytes)
    {
        _allocated += bytes;
        _trim.Look();
    }
}
