using Gateway.Access;

namespace Gateway.Tests.Access;

/// <summary>The audit trail has room for everybody's refusals: who makes many hides nobody else's.</summary>
public sealed class RefusalSharesTests
{
    private readonly ManualTime _time = new();

    [Test]
    public void Strangers_OfOneAddress_LeaveRoomForOthers_AndAllTogetherForThoseWhoAreKnown()
    {
        var shares = new RefusalShares(_time);
        Assert.That(Told(shares, null, 1000, _ => "10.0.0.1"), Is.EqualTo(30));
        Assert.That(Told(shares, null, 1, _ => "10.0.0.2"), Is.EqualTo(1));
        Assert.That(Told(shares, null, 1000, i => $"10.0.1.{i}"), Is.EqualTo(200 - 30 - 1));
        Assert.That(Told(shares, "device:door-1", 1000, _ => "10.0.0.1"), Is.EqualTo(100));
        Assert.That(Told(shares, "user:ada", 1, _ => "10.0.0.1"), Is.EqualTo(1));
    }

    [Test]
    public void LastOne_IsKnownAsSuch_AndAnHourLaterThereIsRoomAgain()
    {
        var shares = new RefusalShares(_time);
        Told(shares, null, 29, _ => "10.0.0.1");
        Assert.That((shares.Take(null, "10.0.0.1"), shares.Take(null, "10.0.0.1")), Is.EqualTo((Share.Last, Share.None)));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.That(shares.Take(null, "10.0.0.1"), Is.EqualTo(Share.Some));
    }

    private static int Told(RefusalShares shares, string? who, int times, Func<int, string> from) =>
        Enumerable.Range(0, times).Count(i => shares.Take(who, from(i)) != Share.None);
}
