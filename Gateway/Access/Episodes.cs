using System.Collections.Concurrent;

namespace Gateway.Access;

/// <summary>Whether something begins, or is more of what was told already: an episode ends when a minute has passed without it.</summary>
internal sealed class Episodes(TimeProvider time)
{
    private const int Most = 10_000;

    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    // When each was last seen. Bounded: what does not fit is told at the next chance.
    private readonly ConcurrentDictionary<(string What, string Whom), long> _seen = new();

    public bool Begins(string what, string whom)
    {
        var now = time.GetTimestamp();
        if (_seen.Count >= Most)
        {
            _seen.Clear();
        }

        var isNew = true;
        _seen.AddOrUpdate((what, whom), now, (_, last) =>
        {
            isNew = time.GetElapsedTime(last, now) > Quiet;
            return now;
        });
        return isNew;
    }
}
