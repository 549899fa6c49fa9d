using Gateway.Contract;

namespace Gateway.Intake;

/// <summary>Section <c>Quarantine</c>.</summary>
internal sealed record QuarantineOptions : ICheckedOptions
{
    private const int LongestDays = 3_650;
    private const int MostItems = 1_000_000;

    /// <summary>Days after which a message that nobody looked after is dropped.</summary>
    public int Days { get; init; } = 90;

    /// <summary>Beyond so many the oldest are dropped.</summary>
    public int MaxItems { get; init; } = 10_000;

    public IEnumerable<string> Faults()
    {
        if (Days is < 1 or > LongestDays)
        {
            yield return $"Quarantine:Days: {Days} is not between 1 and {LongestDays}.";
        }

        if (MaxItems is < 1 or > MostItems)
        {
            yield return $"Quarantine:MaxItems: {MaxItems} is not between 1 and {MostItems}.";
        }
    }
}
