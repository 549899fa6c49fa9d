using System.Net;
using Gateway.Access;
using Gateway.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Access;

/// <summary>Who is wrong waits, longer each time; who is right does not wait because somebody else was wrong.</summary>
public sealed class AuthThrottleTests
{
    private static readonly IPAddress Guesser = IPAddress.Parse("192.168.1.66");
    private static readonly IPAddress Home = IPAddress.Parse("192.168.1.5");

    private ManualTime _time = null!;
    private AuthThrottle _throttle = null!;

    [SetUp]
    public void Make()
    {
        _time = new();
        _throttle = Throttle(new());
    }

    [Test]
    public void Wait_BeginsAfterFiveFailures_AndDoublesUpToItsBound()
    {
        var waits = new List<double?>();
        for (var i = 0; i < 13; i++)
        {
            _throttle.Failed(Guesser);
            var wait = _throttle.Wait(Guesser);
            waits.Add(wait?.TotalSeconds);
            _time.Advance(wait ?? TimeSpan.Zero);
        }

        Assert.That(waits, Is.EqualTo(new double?[] { null, null, null, null, 1, 2, 4, 8, 16, 32, 60, 60, 60 }));
    }

    [Test]
    public void Wait_OfOneAddress_IsNotAnothers()
    {
        Fail(Guesser, times: 10);

        Assert.That((_throttle.Wait(Guesser), _throttle.Wait(Home)), Is.EqualTo(((TimeSpan?)TimeSpan.FromSeconds(32), (TimeSpan?)null)));
    }

    [Test]
    public void User_GuessedFromEverywhere_Waits_ButNotWhereItSignedInBefore()
    {
        _throttle.Succeeded(Home, "ada");
        for (var i = 0; i < 10; i++)
        {
            _throttle.Failed(IPAddress.Parse($"192.168.1.{100 + i}"), "ada");
        }

        Assert.That(_throttle.Wait(IPAddress.Parse("192.168.1.200"), "ada"), Is.Not.Null);
        Assert.That((_throttle.Wait(Home, "ada"), _throttle.Wait(Home, "bob")), Is.EqualTo(((TimeSpan?)null, (TimeSpan?)null)));
    }

    [Test]
    public void Home_OfAUser_IsNoPlaceToGuessFromEither()
    {
        _throttle.Succeeded(Home, "ada");
        for (var i = 0; i < 6; i++)
        {
            _throttle.Failed(Home, "ada");
        }

        Assert.That(_throttle.Wait(Home, "ada"), Is.Not.Null);
    }

    [Test]
    public void Success_AndAQuietQuarterOfAnHour_ForgetTheFailures()
    {
        Fail(Guesser, times: 4);
        _throttle.Succeeded(Guesser);
        Fail(Guesser, times: 4);
        _time.Advance(TimeSpan.FromMinutes(16));
        Fail(Guesser, times: 4);

        Assert.That(_throttle.Wait(Guesser), Is.Null);
    }

    [Test]
    public void Loopback_IsSpared_AndNeighboursOfAnIpv6NetworkAreOne()
    {
        Fail(IPAddress.Loopback, times: 20);
        Fail(IPAddress.Parse("fd00:0:0:1::66"), times: 20);

        Assert.That(_throttle.Wait(IPAddress.Loopback), Is.Null);
        Assert.That(_throttle.Wait(IPAddress.Parse("fd00:0:0:1::67")), Is.Not.Null);
        Assert.That(_throttle.Wait(IPAddress.Parse("fd00:0:0:2::66")), Is.Null);
    }

    [Test]
    public void Limit_AtZero_IsOff()
    {
        _throttle = Throttle(new() { AuthFailures = 0 });
        Fail(Guesser, times: 100);

        Assert.That(_throttle.Wait(Guesser), Is.Null);
    }

    private void Fail(IPAddress address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _throttle.Failed(address);
        }
    }

    private AuthThrottle Throttle(LimitsOptions options) => new(options, new LimitBook(options, _time, NullLogger<LimitBook>.Instance), _time);
}
