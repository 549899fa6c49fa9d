using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Intake;

internal static class QuarantineEndpoints
{
    private const int MaxLimit = 1000;

    public static void MapQuarantine(this IEndpointRouteBuilder routes) => routes.MapGet("/api/quarantine", List);

    private static IResult List(IJournal journal, int limit = 50, string? before = null)
    {
        if (limit is < 1 or > MaxLimit)
        {
            throw RequestRefusedException.Invalid("limit", $"limit must be a whole number from 1 to {MaxLimit}.");
        }

        // Ids rise with time, so an id is a mark as well.
        var found = Quarantine.NewestFirst(journal).Where(item => before is null || string.CompareOrdinal(item.Id, before) < 0).Take(limit + 1).ToList();
        var next = found.Count > limit ? found[limit - 1].Id : null;
        return Results.Json(new Dictionary<string, object?> { ["items"] = found.Take(limit).ToList(), ["next"] = next });
    }
}
