using Gateway.Contract;
using Gateway.Journal;

namespace Gateway.Modules;

/// <summary>The list of a kind, newest first: the snapshot of its feed, with the cursor that goes on from it.</summary>
internal static class FeedList
{
    // So that a filter that fits little reads a bounded part of the history at a time; who wants more goes on from `next`.
    private const int MaxRead = 10_000;
    private const int MaxPages = 200;

    public static async Task<IResult> AnswerAsync<TState>(
        IJournal journal,
        string kind,
        long? before,
        int limit,
        Func<TState, bool> isWanted,
        CancellationToken cancellation,
        Func<TState, TState>? shown = null)
    {
        PageBounds.Check(limit, before);

        var items = new List<TState>();
        long? position = null;
        var mark = before;
        for (var (pages, read) = (0, 0); pages < MaxPages && read < MaxRead; pages++)
        {
            var page = await journal.ListAsync(kind, mark, limit - items.Count, cancellation);
            position ??= page.Position;
            items.AddRange(page.Items.Select(item => ContractJson.Read<TState>(item.State.Span)).Where(isWanted));
            mark = page.Next;
            read += page.Items.Count;
            if (mark is null || items.Count == limit)
            {
                break;
            }
        }

        var list = shown is null ? items : items.ConvertAll(item => shown(item));

        // `next` is always there: null says that this was all.
        return Results.Json(new Dictionary<string, object?> { ["items"] = list, ["next"] = mark, ["epoch"] = journal.Epoch, ["position"] = position });
    }
}
