using Gateway.Journal;

namespace Gateway.Modules;

/// <summary>A list of kept documents, highest keys first, page by page.</summary>
internal static class DocumentList
{
    private const int PageSize = 500;

    // So that a filter that fits nothing reads a bounded part at a time; `next` says that there is more.
    private const int MaxPages = 40;

    /// <param name="read">Null leaves a document out.</param>
    public static DocumentPage<T> Read<T>(IJournal journal, string collection, string? before, int limit, Func<KeyValuePair<string, byte[]>, T?> read)
        where T : class
    {
        PageBounds.Check(limit);
        var items = new List<T>();
        var mark = before;
        for (var pages = 0; pages < MaxPages; pages++)
        {
            var page = journal.Documents(collection, mark, PageSize);
            foreach (var kept in page)
            {
                if (read(kept) is { } item)
                {
                    if (items.Count == limit)
                    {
                        return new(items, mark);
                    }

                    items.Add(item);
                }

                mark = kept.Key;
            }

            if (page.Count < PageSize)
            {
                return new(items, Next: null);
            }
        }

        return new(items, mark);
    }
}

/// <param name="Next">What <c>before</c> is to be for the page after this one; null when this was the last.</param>
internal sealed record DocumentPage<T>(IReadOnlyList<T> Items, string? Next)
{
    /// <summary>`next` is always there: null says that this was all.</summary>
    public Dictionary<string, object?> ToBody() => new() { ["items"] = Items, ["next"] = Next };
}
