namespace Gateway.Modules.Accounts;

/// <summary>A list that is short enough to be whole.</summary>
internal static class Listed
{
    public static IResult All(IEnumerable<object> items) => Results.Json(new Dictionary<string, object?> { ["items"] = items.ToList(), ["next"] = null });
}
