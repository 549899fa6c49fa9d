namespace Gateway.Access;

/// <summary>So much in so long a time, and the last of it is known as such.</summary>
internal sealed class Allowance(int most, TimeSpan span, TimeProvider time)
{
    private readonly Lock _lock = new();

    // Both owned by _lock.
    private long _began;
    private int _taken;

    public Share Take()
    {
        lock (_lock)
        {
            if (_taken == 0 || time.GetElapsedTime(_began) >= span)
            {
                (_began, _taken) = (time.GetTimestamp(), 0);
            }

            _taken = Math.Min(_taken + 1, most + 1);
            return _taken < most ? Share.Some : _taken == most ? Share.Last : Share.None;
        }
    }
}

internal enum Share
{
    Some,
    Last,
    None,
}
