using Gateway.Contract;

namespace Gateway.Modules;

/// <summary>What may be asked of a list: how much of it at once, and from where on.</summary>
internal static class PageBounds
{
    private const int MaxLimit = 1000;

    /// <exception cref="RequestRefusedException">Names the one that is out of bounds.</exception>
    public static void Check(int limit, long? before = null, int most = MaxLimit)
    {
        if (limit < 1 || limit > most)
        {
            throw RequestRefusedException.Invalid("limit", $"limit must be a whole number from 1 to {most}.");
        }

        if (before < 0)
        {
            throw RequestRefusedException.Invalid("before", "before must be a whole number from 0.");
        }
    }
}
