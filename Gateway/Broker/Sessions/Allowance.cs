namespace Gateway.Broker.Sessions;

/// <summary>So much a second, and so much at once: a bucket that fills with time. May be overdrawn, and is then empty for longer.</summary>
internal sealed class Allowance(double perSecond, double atOnce)
{
    // owned by whoever owns it
    private double _taken;
    private TimeSpan _filledAt;

    /// <summary>Takes its part and tells how long to wait until something is left again.</summary>
    public TimeSpan Take(double amount, TimeSpan now)
    {
        Fill(now);
        _taken += amount;
        return _taken <= atOnce ? TimeSpan.Zero : TimeSpan.FromSeconds((_taken - atOnce) / perSecond);
    }

    /// <summary>Takes it only if it is there.</summary>
    public bool TryTake(double amount, TimeSpan now)
    {
        Fill(now);
        if (_taken + amount > atOnce)
        {
            return false;
        }

        _taken += amount;
        return true;
    }

    /// <summary>As if nothing had been taken for long.</summary>
    public bool IsFull(TimeSpan now)
    {
        Fill(now);
        return _taken <= 0;
    }

    private void Fill(TimeSpan now)
    {
        _taken = Math.Max(0, _taken - ((now - _filledAt).TotalSeconds * perSecond));
        _filledAt = now;
    }
}
