namespace Gateway.Channels;

/// <summary>
/// So many messages a second over a while, and the worth of twenty seconds at once: a page that comes back subscribes to everything in one go. Pure, the
/// time is an argument.
/// </summary>
internal sealed class MessageRate(int perSecond)
{
    public const int BurstSeconds = 20;

    private double _left = (double)perSecond * BurstSeconds;
    private TimeSpan _last;

    /// <param name="now">Since the first message, or any other moment before it.</param>
    public bool TryTake(TimeSpan now)
    {
        if (perSecond == 0)
        {
            return true;
        }

        _left = Math.Min((double)perSecond * BurstSeconds, _left + ((now - _last).TotalSeconds * perSecond));
        _last = now;
        if (_left < 1)
        {
            return false;
        }

        _left--;
        return true;
    }

    /// <summary>The last message was one that does not count.</summary>
    public void GiveBack() => _left++;
}
