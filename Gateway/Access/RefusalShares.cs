using System.Collections.Concurrent;

namespace Gateway.Access;

/// <summary>How many refusals an hour go on the audit trail, so that nobody fills it, or hides somebody else's by being refused often enough.</summary>
internal sealed class RefusalShares(TimeProvider time)
{
    private const int MostOfOne = 100;
    private const int MostOfAnAddress = 30;
    private const int MostOfStrangers = 200;
    private const int MostKept = 10_000;

    private static readonly TimeSpan Span = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Allowance> _ofOne = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Allowance> _ofAddress = new(StringComparer.Ordinal);
    private readonly Allowance _ofStrangers = new(MostOfStrangers, Span, time);

    /// <param name="who">Who they have proven to be; null for a stranger.</param>
    public Share Take(string? who, string from)
    {
        if (who is not null)
        {
            return Of(_ofOne, who, MostOfOne).Take();
        }

        var own = Of(_ofAddress, from, MostOfAnAddress).Take();
        var all = own == Share.None ? Share.None : _ofStrangers.Take();
        return all == Share.Some ? own : all;
    }

    private Allowance Of(ConcurrentDictionary<string, Allowance> shares, string key, int most)
    {
        if (shares.Count >= MostKept)
        {
            shares.Clear();
        }

        return shares.GetOrAdd(key, _ => new(most, Span, time));
    }
}
