using System.Net;
using Gateway.Access;

namespace Gateway.Tests.Access;

/// <summary>Who is wrong waits, longer each time; who is right does not wait because somebody else was wrong.</summary>
public sealed class AuthThrottleTests
{
    private static readonly IPAddress Guesser = IPAddress.Parse("192.168.1.66");
    private static readonly IPAddress Home = IPAddress.Parse("192.168.1.5");

    private ManualTime _time = null!;
    private SomeFolder _folder = null!;
    private SomeJournal _some = null!;
    private AccessParts _parts = null!;
    private AuthThrottle _throttle = null!;

    [SetUp]
    public void Make()
    {
        _time = new();
        _folder = new();
        _some = SomeJournal.Open(_folder, _time);
        _parts = new(_some.Journal, _folder.Path, _time);
        _throttle = _parts.NewThrottle();
    }

    [TearDown]
    public async Task CloseAsync()
    {
        await _some.DisposeAsync();
        _folder.Dispose();
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
    public async Task User_GuessedFromEverywhere_Waits_ButNotWhereItSignedInBefore()
    {
        await SignInAsync(Home, "ada");
        FailFromEverywhere("ada");

        Assert.That(_throttle.Wait(IPAddress.Parse("192.168.1.200"), "ada"), Is.Not.Null);
        Assert.That((_throttle.Wait(Home, "ada"), _throttle.Wait(Home, "bob")), Is.EqualTo(((TimeSpan?)null, (TimeSpan?)null)));
    }

    [Test]
    public async Task User_GuessedFromEverywhere_AfterARestart_IsNotKeptFromHomeEither()
    {
        await SignInAsync(Home, "ada");
        _parts = new(_some.Journal, _folder.Path, _time);
        _parts.Homes.Load();
        _throttle = _parts.NewThrottle();
        FailFromEverywhere("ada");

        Assert.That((_throttle.Wait(Home, "ada"), _throttle.Wait(Guesser, "ada")), Is.EqualTo(((TimeSpan?)null, (TimeSpan?)TimeSpan.FromSeconds(32))));
    }

    [Test]
    public async Task Homes_OfAUser_AreTheLastSixteen_AndGoWithThem()
    {
        for (var i = 1; i <= 17; i++)
        {
            await SignInAsync(IPAddress.Parse($"10.0.0.{i}"), "ada");
        }

        await SignInAsync(IPAddress.Parse("10.0.0.2"), "ada");
        await SignInAsync(IPAddress.Parse("10.0.0.18"), "ada");
        Assert.That(
            Enumerable.Range(1, 18).Where(i => !_parts.Homes.Has("ada", $"10.0.0.{i}")), Is.EqualTo(new[] { 1, 3 }), "the one not used for longest goes");

        await _parts.Homes.ForgetAsync("ada");
        Assert.That(_parts.Homes.Has("ada", "10.0.0.18"), Is.False);
    }

    [Test]
    public async Task Home_OfAUser_InAnIpv6Network_IsTheNetwork()
    {
        await SignInAsync(IPAddress.Parse("fd00:0:0:1::5"), "ada");
        FailFromEverywhere("ada");

        Assert.That(_throttle.Wait(IPAddress.Parse("fd00:0:0:1::77"), "ada"), Is.Null);
        Assert.That(_throttle.Wait(IPAddress.Parse("fd00:0:0:2::5"), "ada"), Is.Not.Null);
    }

    [Test]
    public async Task Home_OfAUser_IsNoPlaceToGuessFromEither()
    {
        await SignInAsync(Home, "ada");
        for (var i = 0; i < 6; i++)
        {
            _throttle.Failed(Home, "ada");
        }

        Assert.That(_throttle.Wait(Home, "ada"), Is.Not.Null);
    }

    [Test]
    public async Task Home_OfAUser_IsOpenToThem_WhateverOthersDoWrongThere()
    {
        await SignInAsync(Home, "ada");
        Fail(Home, times: 20);
        for (var i = 0; i < 20; i++)
        {
            _throttle.Failed(Home, "bob");
        }

        Assert.That((_throttle.Wait(Home, "ada"), _throttle.Wait(Home, "bob"), _throttle.Wait(Home)), Is.EqualTo(
            ((TimeSpan?)null, (TimeSpan?)TimeSpan.FromSeconds(60), (TimeSpan?)TimeSpan.FromSeconds(60))));
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
        _throttle = _parts.NewThrottle(new() { AuthFailures = 0 });
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

    private void FailFromEverywhere(string user)
    {
        for (var i = 0; i < 10; i++)
        {
            _throttle.Failed(IPAddress.Parse($"192.168.1.{100 + i}"), user);
        }
    }

    private async Task SignInAsync(IPAddress address, string user)
    {
        _throttle.Succeeded(address, user);

        // Behind what is kept of it.
        await _some.Journal.WriteAsync(_ => user);
    }
}
