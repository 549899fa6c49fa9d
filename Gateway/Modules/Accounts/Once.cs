using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules.Accounts;

/// <summary>What is shown once is not shown to a repeat: it is told that this was done.</summary>
internal static class Once
{
    public static RequestRefusedException? Refusal(Idempotency? key, JournalTransaction transaction)
    {
        var (earlier, reused) = key?.Find(transaction) ?? default;
        return reused ?? (earlier is null ? null
            : new(StatusCodes.Status409Conflict, "already_done", $"This was done already for '{earlier}'; its secret is not shown again."));
    }
}

/// <summary>A list that is short enough to be whole.</summary>
internal static class Listed
{
    public static IResult All(IEnumerable<object> items) => Results.Json(new Dictionary<string, object?> { ["items"] = items.ToList(), ["next"] = null });
}
