using Gateway.Journal;

namespace Gateway.Modules.Webhooks;

/// <summary>Shortens a collection of documents to its newest, in small steps.</summary>
internal static class WebhookPruning
{
    private const int Page = 200;

    public static async Task PruneAsync(IJournal journal, string collection, int keep)
    {
        string? mark = null;
        for (var left = keep; left > 0;)
        {
            var kept = journal.Documents(collection, mark, Math.Min(left, Page));
            if (kept.Count == 0)
            {
                return;
            }

            left -= kept.Count;
            mark = kept[^1].Key;
        }

        while (journal.Documents(collection, mark, Page) is { Count: > 0 } old)
        {
            await journal.WriteAsync(transaction =>
            {
                foreach (var (key, _) in old)
                {
                    transaction.Documents.Remove(collection, key);
                }

                return old.Count;
            });
        }
    }
}
